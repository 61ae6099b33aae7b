"""检查表 on the staff pages: download, upload with faults, compare, publish, withdraw."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from hemei.core.actions.formversion import with_sheet_of_findings
from hemei.core.models import Check, FormVersion, Place
from hemei.core.registry import registry
from hemei.engines.forms import Form, read_form
from hemei.engines.forms.plainwriting import as_plain
from hemei.terms.day import today
from tests.conftest import People

pytestmark = pytest.mark.django_db
PAGE = "/office/forms/houses.selfcheck/"


def plain(*more: list[Any], change: Callable[[Any], None] = lambda book: None) -> SimpleUploadedFile:
    book = load_workbook(BytesIO(as_plain(with_sheet_of_findings(registry.forms["houses.selfcheck"]))))
    for row in more:
        book["表单"].append(row)
    change(book)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("自查表.xlsx", file.getvalue())


@pytest.fixture
def clerk(client: Client, people: People) -> Client:
    assert people.district.account is not None
    client.force_login(people.district.account)
    return client


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found[1] if found else ""


def form_of(draft: FormVersion) -> Form:
    return read_form(bytes(draft.workbook))


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_says_what_holds(clerk: Client, people: People) -> None:
    page = text(clerk.get("/office/forms/"))
    assert "系统自带" in page
    assert PAGE in page


def test_only_whoever_edits_forms_comes_here(client: Client, people: People) -> None:
    assert people.township.account is not None
    client.force_login(people.township.account)
    for address in ("/office/forms/", PAGE, f"{PAGE}plain.xlsx"):
        assert client.get(address).status_code == 403
    assert client.post(PAGE, {"file": plain()}).status_code == 403


def test_a_download_is_what_can_be_uploaded_again(clerk: Client) -> None:
    for how in ("plain", "xlsform"):
        sent = clerk.get(f"{PAGE}{how}.xlsx")
        assert sent.status_code == 200
        book = load_workbook(BytesIO(sent.content))
        assert book.sheetnames[0] == {"plain": "表单", "xlsform": "survey"}[how]
    assert clerk.get(f"{PAGE}other.xlsx").status_code == 404


def test_faults_stand_by_sheet_row_and_cell_and_nothing_is_kept(clerk: Client) -> None:
    page = clerk.post(PAGE, {"file": plain(["", "几层？", "打分", "", "也许", "墙 = 有", ""])})
    assert page.status_code == 422
    shown = text(page)
    for said in ("还不支持类型“打分”", "请从下拉里选", "没有收下"):
        assert said in shown
    assert not FormVersion.objects.exists()
    page = clerk.post(PAGE, {"file": plain(["", "几层？", "整数", "", "也许", "墙 = 有", ""])})
    for said in ("必填一栏写的是“也许”", "前面没有叫“墙”的题目"):
        assert said in text(page)


def test_the_workbook_is_handed_back_within_the_page_with_its_faults_marked(clerk: Client) -> None:
    wrong = {"file": plain(["", "几层？", "打分", "", "也许", "墙 = 有", ""])}
    page = text(clerk.post(PAGE, wrong, headers={"accept-language": "en"}))
    found = re.search(r'download="自查表-要改的地方.xlsx" href="data:[^;]+;base64,([A-Za-z0-9+/=]+)"', page)
    assert found
    book = load_workbook(BytesIO(b64decode(found[1])))
    assert "The type “打分” is not supported" in str(book.worksheets[0]["B2"].value)
    assert '<a class="btn" download' not in text(clerk.post(PAGE, {"file": SimpleUploadedFile("a.xlsx", b"PK")}))


def test_in_english_it_is_said_where_a_fault_is_and_what(clerk: Client) -> None:
    wrong = {"file": plain(["", "几层？", "整数", "", "也许", "墙 = 有", ""])}
    page = text(clerk.post(PAGE, wrong, headers={"accept-language": "en"}))
    assert "The column for required answers says “也许”." in page
    assert "No question above is called “墙”." in page
    assert "Copy the text of the column 题目;" in page
    assert re.search(r"<td>Sheet “表单” row \d+ <span class=\"code\">E\d+</span></td>", page)


@pytest.mark.parametrize("content", [b"", b"PK", b"no workbook", b"\x00" * 2000])
def test_what_is_no_workbook_is_said_to_be_none(clerk: Client, content: bytes) -> None:
    page = clerk.post(PAGE, {"file": SimpleUploadedFile("a.xlsx", content)})
    assert page.status_code == 422
    assert not FormVersion.objects.exists()


def uploaded(clerk: Client) -> FormVersion:
    answer = clerk.post(PAGE, {"file": plain(["", "屋后有没有落石？", "单选", "有；没有", "", "", ""])})
    assert answer.status_code == 302
    return FormVersion.objects.get()


def test_a_draft_shows_what_it_changes_and_how_it_will_look(clerk: Client) -> None:
    draft = uploaded(clerk)
    page = text(clerk.get(f"/office/form-versions/{draft.pk}/"))
    assert page.count("新增") == 1
    assert "屋后有没有落石？" in page
    assert re.search(r"选项：有（\w+）；没有（\w+）", page)
    assert "发布前请看一看" not in page
    preview = text(clerk.get(f"/field/forms/{draft.pk}/"))
    assert "屋后有没有落石？" in preview
    assert 'name="wall_leaning"' in preview
    assert 'method="post"' not in preview.partition('<form class="check"')[2].partition("</form>")[0]


def test_what_may_be_meant_otherwise_is_remarked_of_a_draft(clerk: Client) -> None:
    assert clerk.post(PAGE, {"file": plain(["", "看得见吗？", "单选", "有；没有、看不清"])}).status_code == 302
    address = f"/office/form-versions/{FormVersion.objects.get().pk}/"
    assert "“看得见吗？”的选项“没有、看不清”会当作一个选项" in text(clerk.get(address))
    english = text(clerk.get(address, headers={"accept-language": "en"}))
    assert "The choice “没有、看不清” of “看得见吗？” is taken as one choice." in english
    assert clerk.post(address, {"starts": today().isoformat()}).status_code == 302
    assert "会当作一个选项" not in text(clerk.get(address))


def test_a_self_check_is_gone_through_as_the_household_will_see_it(clerk: Client) -> None:
    draft = uploaded(clerk)
    home = f"/field/forms/{draft.pk}/door/"
    assert f"{home}plate/" in text(clerk.get(f"/field/forms/{draft.pk}/"))
    page = text(clerk.get(f"{home}plate/"))
    assert "这是预览，填了也不会保存。" in page
    assert "manifest" not in page.partition("<body")[0]
    visit = hidden(page, "visit")
    page, asked = text(clerk.get(f"{home}look/", {"visit": visit})), []
    while question := hidden(page, "question"):
        asked.append(question)
        choice = re.findall(r'name="answer" value="(\w+)"', page)[-1]
        page = text(clerk.get(f"{home}look/", {"visit": hidden(page, "visit"), "question": question, "answer": choice}))
        assert len(asked) < 60
    assert any("屋后有没有落石？" in q.labels["zh"] for q in form_of(draft).questions if q.name in asked)
    assert "最后一步" in page
    visit = hidden(page, "visit")
    done = clerk.post(f"{home}send/", {"visit": visit, "remark": "看过了"}, follow=True)
    assert (done.status_code, done.redirect_chain[-1][0].startswith(f"{home}done/")) == (200, True)
    assert not Check.objects.exists()
    fine = clerk.post(f"{home}fine/", {"visit": visit}, follow=True)
    assert "收到了" in text(fine)
    assert not Check.objects.exists()


def test_in_the_rehearsal_a_danger_is_told_and_reported_to_nobody(clerk: Client) -> None:
    home = f"/field/forms/{uploaded(clerk).pk}/door/"
    visit = hidden(text(clerk.get(f"{home}plate/")), "visit")
    page = text(clerk.get(f"{home}look/", {"visit": visit}))
    while "formaction=" not in page:
        visit = hidden(page, "visit")
        named = hidden(page, "question")
        page = text(clerk.get(f"{home}look/", {"visit": visit, "question": named, "answer": "no"}))
    said = {key: hidden(page, key) for key in ("visit", "question")}
    danger = re.search(r'value="(\w+)" formmethod="post"', page)[1]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = clerk.cookies
    left = strict.post(f"{home}danger/", {**said, "answer": danger}, follow=True)
    assert 'class="danger"' in text(left)
    assert not Check.objects.exists()


def test_nobody_else_goes_through_it(clerk: Client, people: People) -> None:
    draft = uploaded(clerk)
    other = Client()
    assert other.get(f"/field/forms/{draft.pk}/door/plate/").status_code == 302
    assert people.township.account is not None
    other.force_login(people.township.account)
    assert other.get(f"/field/forms/{draft.pk}/door/plate/").status_code == 403
    FormVersion.objects.filter(pk=draft.pk).update(tier="survey")
    assert clerk.get(f"/field/forms/{draft.pk}/door/plate/").status_code == 404


def test_what_a_change_is_called_is_said_in_english_too(clerk: Client) -> None:
    def changed(book: Any) -> None:
        sheet = book["表单"]
        row = next(cell.row for cell in sheet["L"] if cell.value == "remark")
        sheet[f"C{row}"], sheet[f"G{row}"] = "整数", "几处"

    clerk.post(PAGE, {"file": plain(change=changed)})
    address = f"/office/form-versions/{FormVersion.objects.get().pk}/"
    chinese = text(clerk.get(address))
    english = text(clerk.get(address, headers={"accept-language": "en"}))
    for said in ("类型：<del>文字</del> → 整数", "提示文字：", "→ 几处"):
        assert said in chinese
    for said in ("Type", "<del>Text</del> → Whole number", "Hint"):
        assert said in english
    assert "类型" not in english


def test_a_draft_is_published_and_one_to_come_withdrawn(clerk: Client, house: Place) -> None:
    draft = uploaded(clerk)
    address = f"/office/form-versions/{draft.pk}/"
    assert clerk.post(address, {"starts": (today() - timedelta(days=1)).isoformat()}).status_code == 422
    assert clerk.post(address, {"starts": (today() + timedelta(days=9)).isoformat()}).status_code == 302
    assert "撤回这一版" in text(clerk.get(address))
    assert clerk.post(f"{address}withdraw/").status_code == 302
    assert "已撤回" in text(clerk.get(PAGE))
    again = uploaded_again(clerk)
    assert clerk.post(f"/office/form-versions/{again.pk}/", {"starts": today().isoformat()}).status_code == 302
    assert registry.forms["houses.selfcheck"].read.version == again.version
    assert "正在用" in text(clerk.get(PAGE))
    assert "屋后有没有落石？" in text(clerk.get(f"/field/places/{house.pk}/check/houses.selfcheck/"))


def uploaded_again(clerk: Client) -> FormVersion:
    clerk.post(PAGE, {"file": plain(["", "屋后有没有落石？", "单选", "有；没有", "", "", ""])})
    return FormVersion.objects.get(starts=None)


def test_an_english_page_says_a_shipped_title_in_english(clerk: Client) -> None:
    draft = uploaded(clerk)
    for address in (f"/office/form-versions/{draft.pk}/", f"/field/forms/{draft.pk}/"):
        page = text(clerk.get(address, headers={"accept-language": "en"}))
        title = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
        assert title is not None
        assert ("Self-check" in title[1], "农户自查" in title[1]) == (True, False)


def test_a_title_of_the_districts_own_stays_as_it_is_written(clerk: Client) -> None:
    """Though the catalogue has the same words."""
    clerk.post("/office/forms/", {"title": "镇村排查", "kind": "house", "tier": "survey", "file": plain()})
    draft = FormVersion.objects.get()
    address = f"/office/form-versions/{draft.pk}/"
    assert "<h1>镇村排查" in text(clerk.get(address, headers={"accept-language": "en"}))
    clerk.post(address, {"starts": today().isoformat()})
    assert registry.forms[draft.form].title == "镇村排查"
    assert "<h1>镇村排查" in text(clerk.get(f"/office/forms/{draft.form}/", headers={"accept-language": "en"}))


def test_a_form_of_the_districts_own_comes_to_be(clerk: Client) -> None:
    new = {"title": "汛期排查", "kind": "house", "tier": "survey", "file": plain()}
    answer = clerk.post("/office/forms/", new)
    assert answer.status_code == 302, text(answer).partition("error-summary")[2][:3000]
    draft = FormVersion.objects.get()
    assert "汛期排查" in text(clerk.get("/office/forms/"))
    assert clerk.post(f"/office/form-versions/{draft.pk}/", {"starts": today().isoformat()}).status_code == 302
    assert clerk.get(f"/office/forms/{draft.form}/").status_code == 200


NONSENSE = ["x" * 100_000, "\x00", "墙" * 500, "\ud800", "0001-01-01", "9999-99-99"]


@pytest.mark.parametrize("said", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_answered_with_a_page(clerk: Client, said: str) -> None:
    draft = uploaded(clerk)
    said = said.encode("utf-8", "replace").decode()
    for address, fields in (
        ("/office/forms/", {"title": said, "kind": said, "tier": said}),
        (PAGE, {"file": said}),
        (f"/office/form-versions/{draft.pk}/", {"starts": said}),
    ):
        assert clerk.post(address, fields).status_code in (200, 422)
    for address in ("/office/forms/nothing/", "/office/form-versions/999999/", "/field/forms/999999/"):
        assert clerk.get(address).status_code == 404
