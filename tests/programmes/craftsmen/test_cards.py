"""Certificates and duty cards: who gets one, and what anybody sees who scans it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from hemei.core.access import Refused
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry
from hemei.core.signing import public_key
from hemei.engines.signed import read
from hemei.programmes.craftsmen.actions.people import issue_card, revoke_card, revoke_certificate
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining
from hemei.terms.day import today
from tests.conftest import People
from tests.programmes.craftsmen.conftest import certified, trained


def test_a_card_is_for_whoever_may_be_on_duty(mason: Craftsman, people: People) -> None:
    with pytest.raises(Mistaken, match="没有登记培训合格证书、没有培训记录"):
        issue_card(craftsman=mason, by=people.township)
    certified(mason, people.township)
    trained(mason)
    card = issue_card(craftsman=mason, by=people.township)
    assert card.valid_to == Certificate.objects.get().valid_to
    assert AuditEntry.objects.filter(verb="card.issue", matter="craftsmen").count() == 1


def test_a_card_names_the_one_of_two_like_certificates_that_holds(ready: Craftsman, people: People) -> None:
    from hemei.programmes.craftsmen.actions.people import Paper, record_certificate

    first = Certificate.objects.get()
    like = Paper("另一所培训学校", first.number, first.issued_on, first.valid_to)
    other = record_certificate(craftsman=ready, paper=like, by=people.township)
    revoke_certificate(certificate=first, why="发错", by=people.township)
    assert issue_card(craftsman=ready, by=people.township).certificate == other


def test_a_new_card_replaces_the_old_one(ready: Craftsman, people: People) -> None:
    first, second = (issue_card(craftsman=ready, by=people.township) for _ in range(2))
    first.refresh_from_db()
    assert (first.revoked_on, second.revoked_on) == (today(), None)
    assert first.number != second.number


@pytest.mark.parametrize("who", ["village", "grid", "other_township", "neighbour", "auditor", "nobody"])
def test_others_issue_no_card(ready: Craftsman, people: People, who: str) -> None:
    with pytest.raises(Refused):
        issue_card(craftsman=ready, by=getattr(people, who))


def test_anybody_checks_a_card(ready: Craftsman, people: People, client: Client) -> None:
    card = issue_card(craftsman=ready, by=people.township)
    answer = client.get(f"/craftsmen/card/{card.code}/")
    text = answer.content.decode()
    assert "今天可以上岗" in text
    assert "石大山" in text
    assert "13800001234" not in text
    assert answer["Cache-Control"] == "no-store, private"


def test_a_byte_altered_is_refused(ready: Craftsman, people: People, client: Client) -> None:
    code = issue_card(craftsman=ready, by=people.township).code
    for place in range(0, len(code), 7):
        altered = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
        answer = client.get(f"/craftsmen/card/{altered}/")
        assert answer.status_code == 404
        assert "不是真的" in answer.content.decode()
        assert "石大山" not in answer.content.decode()


def test_a_true_card_says_when_it_no_longer_counts(ready: Craftsman, people: People, client: Client) -> None:
    card = issue_card(craftsman=ready, by=people.township)
    address = f"/craftsmen/card/{card.code}/"
    EarlierTraining.objects.update(on=today() - timedelta(days=365 * 4))
    assert "最近一次培训已超过规定的月数" in client.get(address).content.decode()
    revoke_card(card=card, why="丢失", by=people.township)
    assert "已经作废" in client.get(address).content.decode()


def test_a_revoked_certificate_takes_its_cards_along(ready: Craftsman, people: People, client: Client) -> None:
    card = issue_card(craftsman=ready, by=people.township)
    revoke_certificate(certificate=Certificate.objects.get(), why="发证机构撤销", by=people.township)
    card.refresh_from_db()
    assert card.revoked_on == today()
    with pytest.raises(Mistaken, match="证书已过期或已注销"):
        issue_card(craftsman=ready, by=people.township)


def test_the_same_certificate_stands_once(mason: Craftsman, people: People) -> None:
    from hemei.programmes.craftsmen.actions.people import Paper, record_certificate

    paper = Paper("培训学校", "云培1", today(), today())
    record_certificate(craftsman=mason, paper=paper, by=people.township)
    with pytest.raises(Mistaken, match="已经登记过了"):
        record_certificate(craftsman=mason, paper=paper, by=people.township)
    for wrong, field in (
        (Paper("", "云培2", today(), today()), "body"),
        (Paper("培训学校", " ", today(), today()), "number"),
        (Paper("培训学校", "云培2", today() + timedelta(days=1), today() + timedelta(days=2)), "issued_on"),
        (Paper("培训学校", "云培2", today(), today() - timedelta(days=1)), "valid_to"),
    ):
        with pytest.raises(Mistaken) as said:
            record_certificate(craftsman=mason, paper=wrong, by=people.township)
        assert said.value.field == field


def test_the_page_for_no_signal_carries_the_key(ready: Craftsman, people: People, client: Client) -> None:
    card = issue_card(craftsman=ready, by=people.township)
    key = public_key()
    assert read(card.code, key)["n"] == "石大山"
    page = client.get("/craftsmen/offline/").content.decode()
    assert f'data-key="{key.hex()}"' in page
    worker = client.get("/craftsmen/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert '"/craftsmen/card/"' in worker.content.decode()
