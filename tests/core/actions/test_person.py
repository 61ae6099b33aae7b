"""Numbers are shown whole only to who may, and the entry stays."""

from __future__ import annotations

import pytest

from hemei.core.access import Refused
from hemei.core.actions.person import unmask
from hemei.core.models import AuditEntry, Person
from hemei.core.personal import encrypt
from tests.conftest import VILLAGE, People


def test_the_whole_number_where_it_was_stored_else_the_last_four(people: People) -> None:
    whole = Person.objects.create(name="甲", region=VILLAGE, id_last4="002X", id_cipher=encrypt("11010519491231002X"))
    part = Person.objects.create(name="乙", region=VILLAGE, id_last4="1234", phone=encrypt("13800001234"))
    assert unmask(person=whole, by=people.township).id_number == "11010519491231002X"
    shown = unmask(person=part, by=people.township)
    assert shown.id_number.endswith("1234")
    assert not shown.id_complete
    assert shown.phone == "13800001234"
    assert AuditEntry.objects.filter(verb="person.unmask").count() == 2


@pytest.mark.parametrize(
    "who", ["grid", "village", "other_township", "administrator", "auditor", "neighbour", "nobody"]
)
def test_who_may_not(people: People, who: str) -> None:
    person = Person.objects.create(name="甲", region=VILLAGE, id_last4="002X")
    with pytest.raises(Refused):
        unmask(person=person, by=getattr(people, who))
    assert not AuditEntry.objects.filter(verb="person.unmask").exists()
