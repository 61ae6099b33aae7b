from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from hemei.core.actions.check import Answered, examined
from hemei.core.models import AuditEntry, Case, CaseStep, Check, Duty, Place
from hemei.core.prepared import Given, Prepared, change, change_all, insert, insert_once, read_again
from hemei.core.writing import entry_for
from hemei.terms.day import SHANGHAI, today
from tests.conftest import DISTRICT, VILLAGE, build_house, days_ago


def new_case(house, **other) -> Case:
    values = {
        "matter": "houses", "place": house, "region": house.region, "code": "houses.F12", "title": "裂缝",
        "severity": 2, "state": "found", "opened_at": days_ago(3),
    }  # fmt: skip
    return Case(**values | other)


def test_rows_are_those_of_the_query_each_time_for_other_values(people) -> None:
    prepared = Prepared(
        lambda: Duty.objects.filter(
            Q(ends=None) | Q(ends__gte=Given("on")), region__in=[Given("here"), Given("above")], matter="*"
        ).order_by("pk")
    )
    for here, above in ((VILLAGE, DISTRICT), (DISTRICT, DISTRICT), ("42", "42")):
        assert prepared(here=here, above=above, on=today()) == list(
            Duty.objects.filter(region__in=[here, above], matter="*").order_by("pk")
        )


def test_what_is_joined_is_read_with_it(people, django_assert_num_queries) -> None:
    prepared = Prepared(lambda: Duty.objects.select_related("account", "unit").filter(pk=Given("pk")))
    duty = Duty.objects.select_related("unit").get(account=people.village.account)
    with django_assert_num_queries(1):
        read = prepared.first(pk=duty.pk)
        assert read is not None
        assert (read.account, read.unit) == (people.village.account, duty.unit)


def test_moments_and_text_with_percent_signs_are_compared_as_they_are(house) -> None:
    for code, when in (("a%b", 1), ("a_b", 2), ("axb", 3)):
        new_case(house, code=code, opened_at=days_ago(when)).save()
    since = Prepared(lambda: Case.objects.filter(opened_at__gt=Given("since")).order_by("pk").values_list("code"))
    assert since(since=days_ago(2.5)) == [("a%b",), ("a_b",)]
    starting = Prepared(lambda: Case.objects.filter(code__startswith=Given("start")).values_list("code"))
    assert starting(start="a_") == [("a_b",)]
    assert starting(start="a%") == [("a%b",)]


def test_what_is_asked_ahead_is_what_is_there(house, django_assert_num_queries) -> None:
    labels = Prepared(lambda: Place.objects.filter(pk=Given("pk")).values_list("label"))
    asked, nothing = labels.soon(pk=house.pk), labels.soon(pk=-1)
    assert (asked(), nothing()) == ([(house.label,)], [])
    with django_assert_num_queries(1):  # who listens hears of it
        assert labels.soon(pk=house.pk)() == [(house.label,)]


def test_nothing_found_is_none(db) -> None:
    assert Prepared(lambda: Place.objects.filter(pk=Given("pk"))).first(pk=-1) is None


def test_an_inserted_row_reads_back_as_a_saved_one(house) -> None:
    when = days_ago(3)
    one, other = new_case(house, opened_at=when), new_case(house, opened_at=when)
    insert(one)
    other.save()
    stored = [dict(row, id=0) for row in Case.objects.order_by("pk").values()]
    assert stored[0] == stored[1]
    assert one.pk is not None
    step = CaseStep(
        case=one, verb="case.open", to_state="found", at=days_ago(1), recorded_at=days_ago(1), actor="a:1",
        data={"k": ["值"]},
    )  # fmt: skip
    insert(step)
    assert CaseStep.objects.get().data == {"k": ["值"]}
    with pytest.raises(TypeError, match="append-only"):
        step.save()


def test_only_the_named_columns_are_changed(house) -> None:
    case = new_case(house)
    insert(case)
    case.state, case.title = "assigned", "另一个题目"
    change(case, "state")
    case.refresh_from_db()
    assert (case.state, case.title) == ("assigned", "裂缝")


def test_what_is_gone_is_neither_changed_nor_read_again(house) -> None:
    case = new_case(house)
    insert(case)
    Case.objects.filter(pk=case.pk).delete()
    with pytest.raises(Case.DoesNotExist):
        change(case, "state")
    with pytest.raises(Case.DoesNotExist):
        read_again(case)


def test_many_rows_are_changed_by_one_sending(house, django_assert_num_queries) -> None:
    rows = [house, build_house(label="河边二号")]
    for number, row in enumerate(rows):
        row.label, row.address = f"新{number}", "不写"
    with django_assert_num_queries(1):
        change_all(rows, "label")
    with django_assert_num_queries(0):
        change_all([], "label")
    stored = Place.objects.in_bulk([row.pk for row in rows])
    assert [stored[row.pk].label for row in rows] == ["新0", "新1"]
    assert all(row.address != "不写" for row in stored.values())


def test_many_rows_of_which_one_is_gone_are_refused(house) -> None:
    with pytest.raises(Place.DoesNotExist), transaction.atomic():
        change_all([house, Place(pk=house.pk + 1000, label="没有")], "label")


def test_reading_again_forgets_what_was_joined(house) -> None:
    case = new_case(house)
    insert(case)
    Place.objects.filter(pk=house.pk).update(label="改名")
    Case.objects.filter(pk=case.pk).update(state="assigned")
    read_again(case)
    assert (case.state, case.place.label) == ("assigned", "改名")


def test_a_row_whose_like_is_there_is_not_written_and_breaks_nothing(house) -> None:
    one, same = (new_check(house, "uuid:1", answers={"n": n}) for n in (1, 2))
    assert insert_once(one, by="instance_id")
    assert one.pk
    assert not insert_once(same, by="instance_id")
    assert same.pk is None
    assert insert_once(new_check(house, "uuid:2"), by="instance_id")
    assert dict(Check.objects.values_list("instance_id", "answers")) == {"uuid:1": {"n": 1}, "uuid:2": {}}


def new_check(house, instance: str, **other) -> Check:
    when = days_ago(1)
    told = {"place": house, "region": house.region, "matter": "houses", "tier": "survey", "form": "houses.survey"}
    return Check(instance_id=instance, version="1", at=when, recorded_at=when, **told, **other)


def test_an_entry_prepared_this_way_keeps_its_detail(people) -> None:
    insert(AuditEntry(at=days_ago(1), actor="a:1", verb="x", subject="y:1", region=VILLAGE, detail={"因": 1}))
    assert AuditEntry.objects.get().detail == {"因": 1}


def test_who_listens_hears_of_prepared_statements_too(house) -> None:
    """Tests that count statements, and logs of them, would else miss what is asked most often."""
    prepared = Prepared(lambda: Place.objects.filter(pk=Given("pk")).values_list("label"))
    with CaptureQueriesContext(connection) as heard:
        prepared(pk=house.pk)
        insert(new_case(house))
    assert len(heard) == 2


def test_a_broken_transaction_takes_no_more_statements(house) -> None:
    prepared = Prepared(lambda: Place.objects.filter(pk=Given("pk")))
    nameless = new_case(house, title=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(nameless)
    assert prepared(pk=house.pk) == [house]
    connection.needs_rollback = True
    try:
        with pytest.raises(transaction.TransactionManagementError):
            prepared(pk=house.pk)
    finally:
        connection.needs_rollback = False


def test_a_row_read_this_way_is_the_one_that_the_orm_reads(house) -> None:
    insert(new_case(house, due_on=today(), opened_at=days_ago(2)))
    read, wanted = Prepared(lambda: Case.objects.filter(pk__gt=Given("after"))).first(after=0), Case.objects.get()
    assert read is not None
    told, expected = ({k: v for k, v in vars(row).items() if k != "_state"} for row in (read, wanted))
    assert told == expected
    assert (read._state.adding, read._state.db) == (wanted._state.adding, wanted._state.db)
    assert not read.get_deferred_fields()


def test_a_column_that_was_not_read_is_not_emptied(house) -> None:
    when = days_ago(2)
    insert(new_case(house, opened_at=when, due_on=today()))
    half_read = Case.objects.defer("opened_at", "due_on", "title").get()
    change(half_read, "opened_at", "due_on", "title")
    assert Case.objects.values_list("opened_at", "due_on", "title").get() == (when, today(), "裂缝")


def test_what_is_joined_is_as_the_orm_reads_it_and_missing_where_there_is_none(house, people) -> None:
    insert(new_case(house, unit=None))
    case = Prepared(lambda: Case.objects.select_related("unit", "place").filter(pk__gt=Given("after"))).first(after=0)
    wanted = Case.objects.select_related("unit", "place").get()
    assert case is not None
    assert case._state.fields_cache.keys() == wanted._state.fields_cache.keys()
    assert case.unit is None
    assert case.place is not None
    told, expected = ({k: v for k, v in vars(row).items() if k != "_state"} for row in (case.place, house))
    assert told == {name: Place.objects.values(name).get(pk=house.pk)[name] for name in expected if name in told}
    assert not case.place.get_deferred_fields()


@pytest.mark.parametrize("zone", [UTC, SHANGHAI])
def test_a_moment_is_stored_as_the_orm_stores_it_in_whatever_zone(house, zone) -> None:
    for when in (days_ago(3), days_ago(3).replace(microsecond=0), datetime(1801, 1, 1, 3, tzinfo=UTC)):
        saved, inserted = new_case(house, opened_at=when.astimezone(zone)), new_case(house, code="x", opened_at=when)
        saved.save()
        insert(inserted)
        with connection.cursor() as cursor:
            cursor.execute("SELECT opened_at FROM core_case WHERE id IN (%s, %s)", [saved.pk, inserted.pk])
            [[one], [other]] = cursor.fetchall()
        assert one == other


def test_what_is_made_of_its_columns_has_every_one_before_it_is_written(house, people) -> None:
    entry = entry_for(people.village, "x", "y:1", VILLAGE, values=[1])
    answered = Answered(instance_id="one", form="houses.survey", answers={}, at=days_ago(1))
    answered.__dict__["problem"] = None
    check = examined(house, answered, by=people.village, now=days_ago(0))
    for row in (entry, check):
        assert {field.attname for field in row._meta.concrete_fields} == vars(row).keys() - {"_state"}
        assert row._state.adding
        assert row.account == people.village.account
    assert check.place is house
    assert check.replaces is None
