"""Submits self-checks until standard input closes, and prints the number of each once it is stored."""

from __future__ import annotations

import sys
import threading

import django

django.setup()

from hemei.core.access import actor_of  # noqa: E402
from hemei.core.actions.check import Answered, submit_check  # noqa: E402
from hemei.core.models import Account, Place  # noqa: E402
from tests.conftest import VILLAGE, days_ago  # noqa: E402


def scribble() -> None:
    told_to_stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), told_to_stop.set()), daemon=True).start()
    by = actor_of(Account.objects.get(username="grid"))
    house = Place.objects.filter(region=VILLAGE).order_by("pk").last()
    number = 0
    while not told_to_stop.is_set():
        number += 1
        answered = Answered(f"scribbled-{number:06d}", "houses.selfcheck", {}, days_ago(0.01), channel="call")
        submit_check(place=house, answered=answered, by=by)
        print(number, flush=True)


if __name__ == "__main__":
    scribble()
