"""The district edits its forms: what is kept, what holds from when, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from hemei.core.access import At, Refused
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.formversion import (
    about,
    keep_draft,
    new_form,
    publish,
    reading_of,
    with_sheet_of_findings,
    withdraw,
)
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, FormVersion, Place
from hemei.core.registry import registry
from hemei.engines.forms import FormRefused, Kind
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.writing import as_xlsform
from hemei.office.story import answers
from hemei.terms.day import today
from tests.conftest import DISTRICT, People

pytestmark = pytest.mark.django_db
WHERE = At(DISTRICT, "houses")
SELF = "houses.selfcheck"


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def plain(form: str = SELF) -> bytes:
    return as_plain(with_sheet_of_findings(registry.forms[form]))


def row_of(sheet: Any, text: str) -> int:
    return next(
        int(row[0].row) for row in sheet.iter_rows() if any(cell.value and text in str(cell.value) for cell in row)
    )


def drafted(people: People, content: bytes, form: str = SELF) -> FormVersion:
    wanted = about(registry.forms[form])
    read = reading_of(content, wanted)
    return keep_draft(where=WHERE, wanted=wanted, read=read, content=content, filename="a.xlsx", by=people.district)


def one_question_more(book: Any) -> None:
    book["表单"].append([None, "　屋后有没有新的落石？ ", "单选", "有；没有", "是", "", "看屋后十米"])


def test_a_plain_sheet_that_nobody_touched_changes_nothing(people: People) -> None:
    for name in ("houses.selfcheck", "houses.survey", "houses.patrol"):
        present = with_sheet_of_findings(registry.forms[name])
        read = reading_of(plain(name), about(registry.forms[name]))
        assert read.sections == present.sections
        assert {r.finding for r in read.rules or ()} == {r.finding for r in present.rules or ()}


def test_a_version_holds_from_its_day_and_an_old_look_keeps_its_own(people: People, house: Place) -> None:
    before = registry.forms[SELF].read
    said = {q.name: "no" for q in before.questions if q.kind is Kind.SELECT_ONE and "no" in q.choice_names}
    said = {name: value for name, value in said.items() if before.by_name[name].relevant is None}
    first = Answered("uuid:1", SELF, said, timezone.now(), channel="call", on_behalf="张三")
    old = submit_check(place=house, answered=first, by=people.grid).check
    draft = drafted(people, edited(plain(), one_question_more))
    assert registry.forms[SELF].read == before
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    form = registry.forms[SELF]
    assert form.read.version == draft.version != before.version
    added = form.read.questions[-1]
    assert (added.labels["zh"], added.required, added.hints["zh"]) == ("屋后有没有新的落石？", True, "看屋后十米")
    again = Answered("uuid:2", SELF, {**said, added.name: added.choices[0].name}, timezone.now(), "call", "张三")
    new = submit_check(place=house, answered=again, by=people.grid).check
    assert (old.version, new.version) == (before.version, form.read.version)
    assert "屋后有没有新的落石？" in {one.question for one in answers(new)}
    late = Answered("uuid:3", SELF, said, timezone.now(), "call", "张三", version=before.version)
    assert submit_check(place=house, answered=late, by=people.grid).check.version == before.version
    with pytest.raises(Mistaken, match="请回答这一题"):
        submit_check(place=house, answered=Answered("uuid:4", SELF, said, timezone.now(), "call", "张"), by=people.grid)
    verbs = AuditEntry.objects.filter(verb__startswith="form.").values_list("verb", flat=True)
    assert set(verbs) == {"form.upload", "form.publish"}


def test_a_version_of_tomorrow_does_not_hold_and_can_be_taken_back(people: People) -> None:
    before = registry.forms[SELF].read.version
    draft = drafted(people, edited(plain(), one_question_more))
    publish(where=WHERE, version=draft, starts=today() + timedelta(days=1), by=people.district)
    assert registry.forms[SELF].read.version == before
    assert draft.version not in registry.forms[SELF].versions
    withdraw(where=WHERE, version=draft, by=people.district)
    with pytest.raises(Conflict):
        withdraw(where=WHERE, version=draft, by=people.district)


def test_what_has_begun_is_not_taken_back_and_no_draft_is_published_twice(people: People) -> None:
    draft = drafted(people, edited(plain(), one_question_more))
    with pytest.raises(Mistaken):
        publish(where=WHERE, version=draft, starts=today() - timedelta(days=1), by=people.district)
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    with pytest.raises(Conflict):
        withdraw(where=WHERE, version=draft, by=people.district)
    with pytest.raises(Conflict):
        publish(where=WHERE, version=draft, starts=today(), by=people.district)


def test_only_the_district_may(people: People) -> None:
    draft = drafted(people, edited(plain(), one_question_more))
    for person in (people.township, people.village, people.inspector, people.auditor, people.neighbour):
        with pytest.raises(Refused):
            publish(where=WHERE, version=draft, starts=today(), by=person)


def test_a_version_without_a_question_that_a_finding_needs_is_refused_with_its_name(people: People) -> None:
    def drop(book: Any) -> None:
        del book["问题"]
        book["表单"].delete_rows(row_of(book["表单"], "wall_leaning"))

    with pytest.raises(FormRefused) as refusal:
        reading_of(edited(plain(), drop), about(registry.forms[SELF]))
    assert any("houses.F03" in str(fault) and "歪斜" in str(fault) for fault in refusal.value.errors)


def test_with_its_sheet_of_findings_the_row_is_named(people: People) -> None:
    def drop(book: Any) -> None:
        book["表单"].delete_rows(row_of(book["表单"], "wall_leaning"))

    with pytest.raises(FormRefused) as refusal:
        reading_of(edited(plain(), drop), about(registry.forms[SELF]))
    assert {fault.sheet for fault in refusal.value.errors} == {"问题"}
    assert all(fault.row for fault in refusal.value.errors)


def test_a_finding_that_the_sheet_leaves_out_is_missed_and_an_unknown_one_refused(people: People) -> None:
    def change(book: Any) -> None:
        for row in book["问题"].iter_rows(min_row=2):
            if row[3].value == "houses.F04":
                row[3].value = "houses.F99"

    with pytest.raises(FormRefused) as refusal:
        reading_of(edited(plain(), change), about(registry.forms[SELF]))
    assert any("houses.F99" in str(fault) for fault in refusal.value.errors)


def test_a_new_question_can_mean_a_finding(people: People, house: Place) -> None:
    def change(book: Any) -> None:
        one_question_more(book)
        book["问题"].append(["屋后有没有新的落石", "有", None, "houses.F01"])

    draft = drafted(people, edited(plain(), change))
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    form = registry.forms[SELF].read
    required = [q for q in form.questions if q.required and q.relevant is None and "no" in q.choice_names]
    said = {q.name: "no" for q in required} | {form.questions[-1].name: form.questions[-1].choices[0].name}
    stored = submit_check(
        place=house, answered=Answered("uuid:9", SELF, said, timezone.now(), "call", "张三"), by=people.grid
    )
    assert [case.code for case in stored.cases] == ["houses.F01"]


def test_the_district_adds_a_form_of_its_own(people: People, house: Place) -> None:
    wanted = new_form("house", "survey", "汛期排查")
    content = edited(
        as_plain(with_sheet_of_findings(registry.forms[SELF])),
        lambda book: (
            book["表单"].delete_rows(row_of(book["表单"], "wall_leaning") + 1, 99) or book.remove(book["问题"])
        ),
    )
    read = reading_of(content, wanted)
    draft = keep_draft(where=WHERE, wanted=wanted, read=read, content=content, filename="汛期.xlsx", by=people.district)
    assert wanted.id not in registry.forms
    publish(where=WHERE, version=draft, starts=today(), by=people.district)
    form = registry.forms[wanted.id]
    assert (form.kind, form.tier, form.title) == ("house", "survey", "汛期排查")
    assert form in registry.forms_for("house", "survey")


@pytest.mark.parametrize(
    ("kind", "tier", "title"), [("boat", "survey", "a"), ("house", "never", "a"), ("house", "self", " ")]
)
def test_a_form_for_nothing_is_refused(people: People, kind: str, tier: str, title: str) -> None:
    with pytest.raises(Mistaken):
        new_form(kind, tier, title)


def test_xlsform_needs_the_forms_own_id_and_a_version_of_its_own(people: People) -> None:
    form = registry.forms[SELF]
    for name, cell in (("form_id", "B2"), ("version", "C2")):
        value = {"form_id": "houses.survey", "version": form.read.version}[name]

        def change(book: Any, cell: str = cell, value: str = value) -> None:
            book["settings"]["C2"].value = "2099010101"
            book["settings"][cell].value = value

        with pytest.raises(FormRefused) as refusal:
            reading_of(edited(as_xlsform(form.read), change), about(form))
        assert refusal.value.errors[0].sheet == "settings"


def test_everything_is_told_at_once(people: People) -> None:
    """What is read, what it means for findings, its version and its pictures."""

    def wrong(book: Any) -> None:
        survey, settings, ruled = book["survey"], book["settings"], book["findings"]
        heads = [cell.value for cell in survey[1]]
        survey.cell(3, heads.index("type") + 1).value = "range"
        survey.cell(5, heads.index("image") + 1).value = "没有.jpg"
        settings["C2"] = "1"
        ruled["D2"] = "houses.F999"

    content = edited(as_xlsform(with_sheet_of_findings(registry.forms[SELF])), wrong)
    with pytest.raises(FormRefused) as refusal:
        reading_of(content, about(registry.forms[SELF]))
    told = "\n".join(map(str, refusal.value.errors))
    for part in ("还不支持题型“range”", "没有图片“没有.jpg”", "还小", "没有问题编号“houses.F999”", "判断不出问题"):
        assert part in told, told
    assert "没有一道题用到" not in told


def test_a_version_does_not_go_backwards(people: People) -> None:
    content = as_xlsform(with_sheet_of_findings(registry.forms[SELF]))
    with pytest.raises(FormRefused) as refusal:
        reading_of(edited(content, lambda book: book["settings"].__setitem__("C2", "3")), about(registry.forms[SELF]))
    (fault,) = refusal.value.errors
    assert (fault.sheet, fault.cell, "还小" in fault.problem) == ("settings", "C2", True)
