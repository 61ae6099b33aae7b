"""A duty card checked by a browser alone: without the network, with a key that the page carries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hemei.core import signing
from hemei.programmes.craftsmen.actions.people import issue_card
from hemei.terms.day import today
from tests.browser.conftest import PHONE, Visit
from tests.conftest import People
from tests.programmes.craftsmen.conftest import certified, craftsman_named, trained

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_scanned_card_is_checked_without_a_signal(visit: Callable[..., Visit], people: People) -> None:
    mason = craftsman_named("石大山")
    certified(mason, people.township)
    trained(mason)
    code = issue_card(craftsman=mason, by=people.township).code
    telephone = visit(None, PHONE)
    page = telephone.page
    page.goto("/craftsmen/offline/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(f"/craftsmen/card/{code}/")
    page.get_by_text("牌是真的，还没到期").wait_for()
    assert page.get_by_text("石大山").is_visible()
    assert page.get_by_text("泥瓦工").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    altered = code[:20] + ("A" if code[20] != "A" else "B") + code[21:]
    permit = signing.sign({"v": 1, "k": "429999101-2026-0001", "n": "石大山", "p": 120.0, "i": today().isoformat()})
    for forged in (altered, code[:-1] + ("A" if code[-1] != "A" else "B"), f"{code}.x", "x", permit):
        page.goto(f"/craftsmen/card/{forged}/")
        page.get_by_text("这块牌不是真的").wait_for()
        assert not page.get_by_text("石大山").is_visible()
    page.context.set_offline(False)
