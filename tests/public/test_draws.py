"""What a villager can see of a draw, and when."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from django.test import Client

from hemei.core.actions.draw import hold, publish
from hemei.core.models import Draw, Due
from hemei.engines.draw import draw, read_frame
from hemei.terms.day import today
from tests.conftest import People
from tests.core.actions.test_round import frozen  # noqa: F401


def test_the_hash_is_public_before_the_seed_and_the_list_only_at_the_end(
    frozen: Draw,  # noqa: F811
    people: People,
    client: Client,
) -> None:
    assert frozen.frame_hash in client.get("/public/draws/").content.decode()
    assert "frame" not in client.get(f"/public/draws/{frozen.pk}.json").json()
    assert client.get(f"/public/draws/{frozen.pk}/frame.csv").status_code == 404
    Draw.objects.filter(pk=frozen.pk).update(event_on=today() - timedelta(days=1))
    hold(held=frozen, seed="07 11", by=people.district)
    assert "drawn" not in client.get(f"/public/draws/{frozen.pk}.json").json()
    Due.objects.filter(round=frozen.round).update(done_at=frozen.drawn_at)
    publish(held=frozen, by=people.district)
    facts = client.get(f"/public/draws/{frozen.pk}.json").json()
    frame = client.get(f"/public/draws/{frozen.pk}/frame.csv").content
    assert hashlib.sha256(frame).hexdigest() == facts["frame_sha256"]
    text = json.dumps(facts["inspectors"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == facts["inspectors_sha256"]
    again = draw(read_frame(frame), facts["sizes"], facts["seed"])
    assert [one["code"] for one in facts["drawn"]] == [one.id for one in again]
