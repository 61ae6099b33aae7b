"""Several processes press the same at the same moment: `python -m tests.faults.races`, at a furnished site.

Prints what came of it, as JSON: how many were let in by one one-time code, by one recovery code, and past the lock-out.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from hemei.core.access import actor_of  # noqa: E402
from hemei.core.actions.secondfactor import new_secret, prove, set_up  # noqa: E402
from hemei.core.errors import Mistaken  # noqa: E402
from hemei.core.limits import TooOften  # noqa: E402
from hemei.core.models import Account  # noqa: E402
from hemei.terms import onetime  # noqa: E402
from tests.conftest import PASSWORD  # noqa: E402

AT_ONCE = 8
PATIENCE_S = 120


def together(press: Callable[[int], str]) -> dict[str, int]:
    """What each of the processes heard, all let go by closing one pipe."""
    connections.close_all()
    hold, go = os.pipe()
    heard, tell = os.pipe()
    children = []
    for number in range(AT_ONCE):
        if child := os.fork():
            children.append(child)
            continue
        signal.alarm(PATIENCE_S)
        try:
            os.close(go)
            os.read(hold, 1)  # until nobody holds the other end
            said = press(number)
        except BaseException as fault:
            said = type(fault).__name__
        os.write(tell, f"{said}\n".encode())
        os._exit(0)
    os.close(hold), os.close(go), os.close(tell)
    with os.fdopen(heard) as lines:
        said = Counter(line.strip() for line in lines)
    for child in children:
        os.waitpid(child, 0)
    return dict(said)


def proving(who: Account, code: str) -> Callable[[int], str]:
    def press(_number: int) -> str:
        try:
            prove(account=who, code=code, by=actor_of(who))
        except (Mistaken, TooOften) as refusal:
            return type(refusal).__name__
        return "let in"

    return press


def guessing(number: int) -> str:
    answer = Client().post("/sign-in/", {"username": "village", "password": f"wrong {number}"})
    return str(answer.status_code)


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.LIMITS = {"code": (1000, 1)}
    account = Account.objects.get(username="grid")
    secret = new_secret()
    step = onetime.step_at(time.time())
    key = base64.b32decode(secret)
    codes = set_up(account=account, secret=secret, code=onetime.code_of(key, step), by=actor_of(account))
    found = {"one-time code": together(proving(account, onetime.code_of(key, step + 1)))}  # the next one, not used yet
    found["recovery code"] = together(proving(account, codes[0]))
    settings.LIMITS = {"code": (3, 1_000_000)}
    found["codes tried"] = together(proving(account, "000000"))
    settings.LIMITS = {}
    found["passwords tried"] = together(guessing)
    right = Client().post("/sign-in/", {"username": "village", "password": PASSWORD})
    found["the right one afterwards"] = {str(right.status_code): 1}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
