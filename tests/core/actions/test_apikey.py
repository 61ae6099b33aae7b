from __future__ import annotations

import pytest

from hemei.core.access import At, Refused, Scope
from hemei.core.actions.apikey import issue_key, note_use, revoke_key
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import ApiKey
from hemei.core.queries.apikey import keys, live_key
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_DISTRICT, VILLAGE


@pytest.fixture
def issued(people) -> tuple[ApiKey, str]:
    return issue_key(where=At(DISTRICT), account=people.village.account, name="自建房平台", by=people.administrator)


def test_a_key_opens_its_account_and_only_its_hash_is_kept(issued, people) -> None:
    key, token = issued
    assert live_key(token) == key
    assert key.account == people.village.account
    assert token not in str(ApiKey.objects.values().get())
    assert token.startswith(key.hint)


def test_a_revoked_key_is_as_unknown_as_a_made_up_one(issued, people) -> None:
    key, token = issued
    revoke_key(where=At(DISTRICT), key=key, by=people.administrator)
    assert live_key(token) is None
    assert live_key("hm_made-up") is None
    with pytest.raises(Conflict):
        revoke_key(where=At(DISTRICT), key=key, by=people.administrator)


def test_a_key_dies_with_its_account(issued, people) -> None:
    account = people.village.account
    account.is_active = False
    account.save(update_fields=["is_active"])
    assert live_key(issued[1]) is None


@pytest.mark.parametrize("who", ["village", "township", "district", "auditor", "neighbour", "nobody"])
def test_only_administrators_issue_keys(people, who: str) -> None:
    with pytest.raises(Refused):
        issue_key(where=At(DISTRICT), account=people.village.account, name="平台", by=getattr(people, who))


def test_not_for_somebody_with_wider_duties(people) -> None:
    with pytest.raises(Mistaken, match="超出该区域"):
        issue_key(where=At(VILLAGE), account=people.district.account, name="平台", by=people.administrator)


def test_not_for_a_person_who_signs_in(people) -> None:
    account = people.village.account
    account.set_password("群山-之间-2026")
    account.save(update_fields=["password"])
    with pytest.raises(Mistaken, match="个人登录的账号"):
        issue_key(where=At(DISTRICT), account=account, name="平台", by=people.administrator)


def test_keys_are_listed_within_a_scope(issued) -> None:
    assert list(keys(within=Scope.of(VILLAGE))) == [issued[0]]
    assert list(keys(within=Scope.of(OTHER_DISTRICT))) == []


def test_use_is_noted_once_a_day(issued, django_assert_num_queries) -> None:
    note_use(issued[0], on=today())
    issued[0].refresh_from_db()
    assert issued[0].used_on == today()
    with django_assert_num_queries(0):
        note_use(issued[0], on=today())
