"""The demo district: a made-up mountain district, drawn from a seed, in which every page has something to show."""
