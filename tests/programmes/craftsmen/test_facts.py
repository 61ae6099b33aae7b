"""What others learn of craftsmen: the fact, the API, the file and the public directory."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from hemei.core.access import Scope, scope_of
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry
from hemei.core.registry import registry
from hemei.programmes.craftsmen.actions.people import agree, change, issue_card, leave
from hemei.programmes.craftsmen.models import Certificate, Craftsman
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_DISTRICT, TOWNSHIP, VILLAGE, People
from tests.programmes.craftsmen.conftest import craftsman_named


def read_certified(**asked):
    """As another programme reads it: by name, without knowing whose it is."""
    return registry.person_facts["craftsmen.certified"].read(**asked)


def test_the_fact_is_read_by_its_name(ready: Craftsman, people: People) -> None:
    other = craftsman_named("李四")
    end = Certificate.objects.get().valid_to
    everybody = {ready.person_id: (True, end), other.person_id: (False, None)}
    assert read_certified(within=Scope.of(DISTRICT), on=today()) == everybody
    assert read_certified(within=Scope.of(DISTRICT), on=today(), persons=[other.person_id]) == {
        other.person_id: (False, None)
    }
    assert read_certified(within=Scope.of(DISTRICT), on=end + timedelta(days=1))[ready.person_id] == (False, None)
    assert read_certified(within=Scope.of(OTHER_DISTRICT), on=today()) == {}
    assert read_certified(within=Scope(), on=today()) == {}
    assert read_certified(within=Scope.held([(DISTRICT, "houses")]), on=today()) == {}


def test_other_systems_read_craftsmen(client: Client, ready: Craftsman, people: People) -> None:
    client.force_login(people.township.account)
    listed = client.get("/api/persons/craftsman", {"region": VILLAGE}).json()
    assert [one["name"] for one in listed["items"]] == ["石大山"]
    one = client.get(f"/api/persons/craftsman/{ready.pk}").json()
    assert one["own"] == {"trade": "mason", "level": "", "lead": True, "team": "大山班"}
    assert one["told"]["may_be_on_duty"] is True
    assert one["phone"] == "138******34"
    client.force_login(people.neighbour.account)
    assert client.get("/api/persons/craftsman").json()["items"] == []
    assert client.get(f"/api/persons/craftsman/{ready.pk}").status_code == 404


def test_the_list_is_taken_out_as_a_file(client: Client, ready: Craftsman, people: People) -> None:
    client.force_login(people.township.account)
    answer = client.get("/craftsmen/file.csv", {"paper": "valid"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "石大山" in text
    assert "138******34" in text
    assert "13800001234" not in text
    assert AuditEntry.objects.get(verb="register.export").detail["filters"] == {"paper": "valid"}
    assert client.get("/craftsmen/file.gpkg").status_code == 404


def seen(client: Client, **query) -> str:
    return client.get("/craftsmen/directory/", query).content.decode()


def test_the_directory_shows_what_somebody_agreed_to(client: Client, ready: Craftsman, people: People) -> None:
    craftsman_named("李四")
    assert "石大山" not in seen(client)
    agree(craftsman=ready, shown=["name", "team"], paper="同意书 2026-11-01", by=people.township)
    text = seen(client)
    assert "石大山" in text
    assert "大山班" in text
    assert "13800001234" not in text
    assert "李四" not in text
    agree(craftsman=ready, shown=["phone", "name"], paper="同意书", by=people.township)
    text = seen(client, township=TOWNSHIP, trade="mason")
    assert "13800001234" in text
    assert "大山班" not in text
    assert "石大山" not in seen(client, trade="rebar")
    agree(craftsman=ready, shown=[], paper="来电撤回", by=people.township)
    assert "石大山" not in seen(client)


@pytest.mark.parametrize(
    ("shown", "paper", "field"), [(["name"], " ", "paper"), (["id"], "书", "shown"), (["phone"], "书", "shown")]
)
def test_an_agreement_is_whole(mason: Craftsman, people: People, shown, paper: str, field: str) -> None:
    with pytest.raises(Mistaken) as said:
        agree(craftsman=mason, shown=shown, paper=paper, by=people.township)
    assert said.value.field == field


def test_whoever_leaves_is_gone_from_duty_and_directory(client: Client, ready: Craftsman, people: People) -> None:
    agree(craftsman=ready, shown=["name"], paper="同意书", by=people.township)
    card = issue_card(craftsman=ready, by=people.township)
    leave(craftsman=ready, why="改行", by=people.township)
    card.refresh_from_db()
    assert card.revoked_on == today()
    assert "石大山" not in seen(client)
    assert read_certified(within=scope_of(people.district, "craftsman.view"), on=today()) == {}
    with pytest.raises(Mistaken, match="已经退出名册"):
        change(craftsman=ready, trade="rebar", level="", lead=False, team="", by=people.township)


def test_the_clerk_mends_the_register_on_its_page(client: Client, mason: Craftsman, people: People) -> None:
    client.force_login(people.township.account)
    client.post(f"/craftsmen/{mason.pk}/change/", {"trade": "rebar", "level": "三级", "team": ""})
    mason.refresh_from_db()
    assert (mason.trade, mason.level, mason.lead, mason.team) == ("rebar", "三级", False, "")
    client.post(f"/craftsmen/{mason.pk}/agree/", {"shown": ["name"], "paper": "同意书"})
    assert "同意公开" in client.get(f"/craftsmen/{mason.pk}/").content.decode()
    client.post(f"/craftsmen/{mason.pk}/leave/", {"why": "改行"})
    assert "退出名册" in client.get(f"/craftsmen/{mason.pk}/").content.decode()


def test_an_erased_person_is_not_one_who_is_needed(mason: Craftsman, people: People) -> None:
    from hemei.core.actions.erasure import erase_person

    with pytest.raises(Mistaken, match="别的事项在用"):
        erase_person(person=mason.person, document="x", by=people.district)
    leave(craftsman=mason, why="改行", by=people.township)
    erase_person(person=mason.person, document="x", by=people.district)
    assert mason.person.name == "（已删除）"
