"""隐患: the list and its filters, one case and its steps, evidence and papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import trans_real

from hemei.core.actions import case as steps
from hemei.core.actions.evidence import NewFile
from hemei.core.files import path_of
from hemei.core.models import Case, Evidence, Place
from hemei.site.messages import read_catalogue
from hemei.terms.day import today
from tests.conftest import NEXT_VILLAGE, TOWNSHIP, VILLAGE, People, brought, photo
from tests.core.actions.test_case import CRACK, LEANING, found

SignIn = Callable[[str], Client]


def upload(name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo().content, "image/jpeg")


def shot() -> dict[str, object]:
    return {"photo": [upload()], "source": ["camera"], "device_time": ["2026-11-23T02:00:00Z"]}


@pytest.fixture
def case(house: Place, people: People) -> Case:
    return found(house, people)


def test_the_list_shows_what_is_in_the_scope_and_no_more(
    case: Case, next_house: Place, people: People, signed_in: SignIn
) -> None:
    found(next_house, people)
    village = signed_in("village").get("/office/cases/").content.decode()
    assert "河边一号" in village
    assert "下河一号" not in village
    township = signed_in("township").get("/office/cases/").content.decode()
    assert "河边一号" in township
    assert "下河一号" in township


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"q": "裂缝"}, True),
        ({"q": "倾斜"}, False),
        ({"q": "河边"}, True),
        ({"state": "assigned"}, True),
        ({"state": "remedied"}, False),
        ({"severity": "1"}, True),
        ({"severity": "3"}, False),
        ({"overdue": "on"}, False),
        ({"open": "on", "order": "due"}, True),
        ({"mine": "on"}, True),
        ({"region": VILLAGE}, True),
        ({"region": "nonsense", "severity": "x", "cursor": "x"}, True),
    ],
)
def test_filters_stand_in_the_address(case: Case, signed_in: SignIn, query: dict[str, str], shown: bool) -> None:
    answer = signed_in("village").get("/office/cases/", query)
    assert answer.status_code == 200
    assert (f"/office/cases/{case.pk}/" in answer.content.decode()) is shown


def test_a_region_outside_the_scope_is_no_choice(case: Case, signed_in: SignIn) -> None:
    page = signed_in("village").get("/office/cases/", {"region": NEXT_VILLAGE}).content.decode()
    assert f'value="{NEXT_VILLAGE}"' not in page


def test_the_list_turns_pages_by_key(people: People, house: Place, signed_in: SignIn) -> None:
    case = found(house, people)
    row = {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields if f.attname != "id"}
    Case.objects.bulk_create(Case(**{**row, "title": f"问题{number:03d}"}) for number in range(120))
    client, seen, address = signed_in("village"), set(), "/office/cases/?order=due"
    for _ in range(4):
        answer = client.get(address)
        seen |= {row.pk for row in answer.context["rows"]}
        following = answer.context["page"].next_url
        if not following:
            break
        assert "order=due" in following
        address = f"/office/cases/{following}"
    assert len(seen) == 121


@pytest.mark.parametrize("who", ["next_village", "other_township", "neighbour"])
def test_another_villages_case_by_address_is_not_found(case: Case, signed_in: SignIn, who: str) -> None:
    client = signed_in(who)
    for page in ("", "do/remedy/", "documents/notice/"):
        assert client.get(f"/office/cases/{case.pk}/{page}").status_code == 404


@pytest.mark.parametrize("who", ["nobody", "administrator"])
def test_without_a_duty_for_it_the_answer_is_403(case: Case, signed_in: SignIn, who: str) -> None:
    client = signed_in(who)
    for page in ("/office/cases/", f"/office/cases/{case.pk}/", f"/office/cases/{case.pk}/do/remedy/"):
        assert client.get(page).status_code == 403


def test_seen_but_not_allowed_is_403(case: Case, signed_in: SignIn) -> None:
    client = signed_in("auditor")
    assert client.get(f"/office/cases/{case.pk}/").status_code == 200
    assert client.post(f"/office/cases/{case.pk}/do/remedy/", {"remedy": "repair"}).status_code == 403
    assert client.get(f"/office/cases/{case.pk}/documents/notice/").status_code == 403


def test_repaired_and_accepted_by_clicking(case: Case, signed_in: SignIn) -> None:
    grid = signed_in("grid")
    page = grid.get(f"/office/cases/{case.pk}/").content.decode()
    assert "整治完成" in page
    assert "验收通过" not in page
    assert (
        grid.post(f"/office/cases/{case.pk}/do/remedy/", {"remedy": "repair", "note": "修补", **shot()}).status_code
        == 302
    )
    village = signed_in("village")
    assert "整治中" not in village.get(f"/office/cases/{case.pk}/do/accept/").content.decode()
    assert village.post(f"/office/cases/{case.pk}/do/accept/", {"note": "看过", "photo": [upload()]}).status_code == 302
    case.refresh_from_db()
    assert case.state == "accepted"
    kept = Evidence.objects.filter(step__verb="case.remedy").get()
    assert kept.source == "camera"
    assert kept.device_at is not None


def test_the_mistake_stands_beside_its_field_and_nothing_typed_is_lost(case: Case, signed_in: SignIn) -> None:
    answer = signed_in("grid").post(
        f"/office/cases/{case.pk}/do/remedy/", {"remedy": "repair", "note": "已经加固了东墙"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "已经加固了东墙" in page
    assert answer.context["form"].errors["files"]
    assert answer.context["form"]["remedy"].value() == "repair"


def test_remedies_that_leave_the_danger_are_no_choice_and_explained(case: Case, signed_in: SignIn) -> None:
    page = signed_in("grid").get(f"/office/cases/{case.pk}/do/remedy/").content.decode()
    assert 'value="repair"' in page
    assert 'value="seal"' not in page
    assert "停用封存" in page


def test_my_own_remedy_offers_no_acceptance_and_says_why(case: Case, people: People, signed_in: SignIn) -> None:
    steps.remedy(case=case, by=people.village, brought=brought(remedy="repair", files=[photo()]))
    page = signed_in("village").get(f"/office/cases/{case.pk}/").content.decode()
    assert "要由另一个人到现场验收" in page
    assert f"/office/cases/{case.pk}/do/accept/" not in page
    assert (
        f"/office/cases/{case.pk}/do/accept/" in signed_in("township").get(f"/office/cases/{case.pk}/").content.decode()
    )


def test_who_may_not_accept_is_told_who_does(house: Place, people: People, signed_in: SignIn) -> None:
    case = found(house, people, LEANING)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="demolish", files=[photo()]))
    assert "由区级到现场验收" in signed_in("village").get(f"/office/cases/{case.pk}/").content.decode()


def test_refusal_asks_for_two_witnesses(case: Case, signed_in: SignIn) -> None:
    client, address = signed_in("village"), f"/office/cases/{case.pk}/do/refuse/"
    answer = client.post(address, {"note": "户主不同意", "witness_1": "甲", "witness_2": "甲"})
    assert answer.status_code == 422
    assert "两名见证人" in answer.content.decode()
    client.post(address, {"note": "户主不同意", "witness_1": "甲", "witness_2": "乙"})
    case.refresh_from_db()
    assert str(case.unit) == "青石镇村镇建设办公室"


def test_a_case_is_handed_to_a_unit_with_somebody_in_it(case: Case, people: People, units, signed_in: SignIn) -> None:
    client, address = signed_in("township"), f"/office/cases/{case.pk}/do/assign/"
    offered = client.get(address).context["form"].fields["unit"].queryset
    assert units["township"] in offered
    assert units["agency"] not in offered
    assert client.post(address, {"unit": units["township"].pk}).status_code == 302
    case.refresh_from_db()
    assert case.unit == units["township"]


def test_a_step_that_somebody_else_has_taken_leads_back_to_the_case(
    case: Case, people: People, signed_in: SignIn
) -> None:
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    answer = signed_in("village").post(f"/office/cases/{case.pk}/do/remedy/", {"remedy": "repair", **shot()})
    assert answer.headers["Location"] == f"/office/cases/{case.pk}/"


def test_evidence_is_served_only_in_its_scope_and_locked_down(case: Case, people: People, signed_in: SignIn) -> None:
    pdf = NewFile("回执.pdf", b"%PDF-1.4 a paper", source="scan")
    steps.serve(case=case, by=people.village, brought=brought(note="当面", files=[photo(), pdf]))
    picture, paper = Evidence.objects.order_by("id")
    client = signed_in("village")
    shown = client.get(f"/office/evidence/{picture.pk}/")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(shown.streaming_content) == photo().content  # type: ignore[attr-defined]
    small = client.get(f"/office/evidence/{picture.pk}/thumbnail/")
    assert small.headers["Content-Type"] == "image/jpeg"
    downloaded = client.get(f"/office/evidence/{paper.pk}/")
    assert downloaded.headers["Content-Disposition"].startswith("attachment")
    assert downloaded.headers["Content-Type"] == "application/octet-stream"
    assert b"".join(downloaded.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert client.get(f"/office/evidence/{paper.pk}/thumbnail/").status_code == 404
    for page in (f"/office/evidence/{picture.pk}/", f"/office/evidence/{picture.pk}/thumbnail/"):
        assert signed_in("next_village").get(page).status_code == 404
        assert signed_in("administrator").get(page).status_code == 403


def test_evidence_that_has_gone_from_the_disk_is_not_found(case: Case, people: People, signed_in: SignIn) -> None:
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    picture = Evidence.objects.get()
    path_of(picture.sha256).unlink()
    for page in (f"/office/evidence/{picture.pk}/", f"/office/evidence/{picture.pk}/thumbnail/"):
        assert signed_in("village").get(page).status_code == 404
    assert signed_in("village").get(f"/office/cases/{case.pk}/").status_code == 200


def test_a_paper_names_its_issuing_unit(case: Case, signed_in: SignIn, units) -> None:
    units["township"].seal_name = "青石镇人民政府"
    units["township"].save()
    page = (
        signed_in("township")
        .get(f"/office/cases/{case.pk}/documents/stop_use/", {"number": "青建停〔2026〕3号"})
        .content.decode()
    )
    assert "青石镇人民政府" in page
    assert "青建停〔2026〕3号" in page
    assert "停用通知书" in page
    assert signed_in("township").get(f"/office/cases/{case.pk}/documents/unknown/").status_code == 404


def test_a_paper_asks_for_no_day_that_has_passed(case: Case, signed_in: SignIn) -> None:
    address = f"/office/cases/{case.pk}/documents/notice/"
    for days, said in ((1, "日前。"), (-400, "现已超过，请立即整治。")):
        Case.objects.filter(pk=case.pk).update(due_on=today() + timedelta(days))
        page = signed_in("township").get(address).content.decode()
        assert [said in page, page.count("整治期限")] == [True, 1]


def test_there_is_no_paper_where_nothing_is_to_be_remedied(case: Case, people: People, signed_in: SignIn) -> None:
    assert "打印隐患告知书" in signed_in("township").get(f"/office/cases/{case.pk}/").content.decode()
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    assert "打印隐患告知书" not in signed_in("township").get(f"/office/cases/{case.pk}/").content.decode()
    answer = signed_in("township").get(f"/office/cases/{case.pk}/documents/notice/", follow=True)
    assert answer.redirect_chain == [(f"/office/cases/{case.pk}/", 302)]
    assert "不再发文书" in answer.content.decode()


def test_service_is_recorded_with_its_proof(case: Case, signed_in: SignIn) -> None:
    said = {"document": "notice", "number": "3号", "to": "张三", "way": "left", "note": "门上留置", **shot()}
    assert signed_in("village").post(f"/office/cases/{case.pk}/do/serve/", said).status_code == 302
    step = case.steps.get(verb="case.serve")
    assert step.data == {"document": "notice", "number": "3号", "to": "张三", "way": "left"}
    page = signed_in("village").get(f"/office/cases/{case.pk}/").content.decode()
    assert "隐患告知书" in page
    assert "留置送达" in page


def test_what_came_back_is_linked_to_its_forerunner(
    case: Case, house: Place, people: People, signed_in: SignIn
) -> None:
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(files=[photo()]))
    again = found(house, people, CRACK, days=0)
    client = signed_in("village")
    assert f"/office/cases/{case.pk}/" in client.get(f"/office/cases/{again.pk}/").content.decode()
    assert f"/office/cases/{again.pk}/" in client.get(f"/office/cases/{case.pk}/").content.decode()


def test_an_empty_list_says_why(people: People, signed_in: SignIn) -> None:
    page = signed_in("village").get("/office/cases/", {"region": TOWNSHIP}).content.decode()
    assert "不等于没有隐患" in page


def test_an_english_reader_sees_what_a_case_is_about_in_english(
    case: Case, signed_in: SignIn, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en" / "LC_MESSAGES").mkdir(parents=True)
    with (tmp_path / "en" / "LC_MESSAGES" / "django.mo").open("wb") as file:
        write_mo(file, read_catalogue())
    settings.LOCALE_PATHS = [tmp_path]
    monkeypatch.setattr(trans_real, "_translations", {})
    client = signed_in("village")
    client.cookies["django_language"] = "en"
    for address in ("/office/cases/", f"/office/cases/{case.pk}/"):
        page = client.get(address).content.decode()
        assert "Cracks in walls" in page
        assert case.title not in page


def test_the_same_form_again_is_one_step(case: Case, people: People, signed_in: SignIn) -> None:
    client, address = signed_in("village"), f"/office/cases/{case.pk}/do/serve/"
    seen = case.steps.order_by("-id").first()
    said = {"document": "notice", "to": "张三", "way": "left", "note": "门上留置", "after": str(seen.pk)}
    for _again in range(2):
        answer = client.post(address, {**said, **shot()})
        assert (answer.status_code, answer["Location"]) == (302, f"/office/cases/{case.pk}/")
    assert case.steps.filter(verb="case.serve").count() == 1
    assert client.post(address, {**said, **shot(), "note": "再次送达"}).status_code == 302
    assert case.steps.filter(verb="case.serve").count() == 2


def test_a_form_that_ended_the_case_may_come_twice(case: Case, people: People, signed_in: SignIn) -> None:
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
    client, address = signed_in("village"), f"/office/cases/{case.pk}/do/accept/"
    said = {"note": "看过", "after": str(case.steps.order_by("-id").first().pk)}
    for _again in range(2):
        client.post(address, {**said, "photo": [upload()]})
        page = client.get(f"/office/cases/{case.pk}/").content.decode()
        assert "已登记：验收通过" in page
    assert case.steps.filter(verb="case.accept").count() == 1


@pytest.mark.parametrize("missing", ["document", "to", "way"])
def test_service_names_the_paper_to_whom_and_how(case: Case, signed_in: SignIn, missing: str) -> None:
    said = {"document": "notice", "to": "张三", "way": "left", "note": "门上留置", **shot()} | {missing: ""}
    assert signed_in("village").post(f"/office/cases/{case.pk}/do/serve/", said).status_code == 422


def test_a_form_sent_in_place_is_told_when_its_sign_in_has_run_out(
    case: Case, people: People, signed_in: SignIn, client: Client
) -> None:
    address, opened_for = f"/office/cases/{case.pk}/do/look_again/", str(people.village.account.pk)
    assert client.post(address, headers={"X-Account": opened_for}).status_code == 401
    assert client.post(address).status_code == 302  # a page without scripts goes to sign in
    assert signed_in("grid").post(address, headers={"X-Account": opened_for}).status_code == 409
