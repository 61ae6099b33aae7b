"""检查表: the district downloads a form, edits it in Excel, uploads it, looks at it and lets it hold from a day."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hemei.core.access import At, scope_of
from hemei.core.actions import formversion as acting
from hemei.core.actions.formpicture import LARGEST, MOST_PICTURES, NewPicture, looked_at
from hemei.core.doors import found
from hemei.core.editions import editions
from hemei.core.english import in_language
from hemei.core.errors import Mistaken
from hemei.core.models import FormVersion, Tier
from hemei.core.queries import formversions as reading
from hemei.core.registry import Form, registry
from hemei.engines.forms import Fault, FormRefused, Kind, read_published
from hemei.engines.forms import Form as ReadForm
from hemei.engines.forms.changes import Change, changes
from hemei.engines.forms.marking import marked
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.remarks import remarks
from hemei.engines.forms.workbook import LARGEST_FILE, read_cells
from hemei.engines.forms.writing import as_xlsform
from hemei.office.forms import DayField, OfficeForm, Several
from hemei.office.request import OfficeRequest, region_of, within
from hemei.office.trying import status, tried
from hemei.office.views.ownforms import TYPES
from hemei.terms.day import today
from hemei.terms.region import Level

MOST_FAULTS = 100
LARGEST_MARKED = 500_000  # bytes of a workbook that is handed back within the page
MARKED = "-要改的地方"
PARTS = {
    "label": gettext_lazy("题目"),
    "kind": gettext_lazy("类型"),
    "hint": gettext_lazy("提示文字"),
    "choices": gettext_lazy("选项"),
    "required": gettext_lazy("是否必填"),
    "relevant": gettext_lazy("何时问"),
    "constraint": gettext_lazy("限制"),
    "calculation": gettext_lazy("算式"),
    "picture": gettext_lazy("配图"),
}
IN_WORDS: dict[str, dict[str, Any]] = {
    "kind": {
        Kind.SELECT_ONE: gettext_lazy("单选"),
        Kind.SELECT_MULTIPLE: gettext_lazy("多选"),
        Kind.TEXT: gettext_lazy("文字"),
        Kind.INTEGER: gettext_lazy("整数"),
        Kind.DECIMAL: gettext_lazy("小数"),
        Kind.DATE: gettext_lazy("日期"),
        Kind.IMAGE: gettext_lazy("照片"),
        Kind.NOTE: gettext_lazy("说明"),
        Kind.GEOPOINT: gettext_lazy("位置"),
        Kind.CALCULATE: gettext_lazy("自动计算"),
    },
    "required": {"yes": gettext_lazy("是"), "no": gettext_lazy("否")},
}


@dataclass
class Refusal:
    """A workbook that was refused, and why."""

    told: list[Fault] = field(default_factory=list)
    content: bytes = b""
    filename: str = ""


class UploadForm(OfficeForm):
    file = forms.FileField(
        label=gettext_lazy("改好的表格"),
        widget=forms.ClearableFileInput({"accept": ".xlsx"}),
        help_text=gettext_lazy(
            "从这里下载的表格改好后传上来；会写 XLSForm 的，也可以直接传 XLSForm。先检查、预览，再发布。"
        ),
    )

    pictures = forms.Field(
        label=gettext_lazy("图片"),
        required=False,
        widget=Several({"multiple": True, "accept": "image/*"}),
        help_text=gettext_lazy(
            "题目旁边要配的图，可以选多张。文件名写在表格的“图片”或“选项图片”一列里，例如：裂缝.jpg；已经传过的不用再传。"
        ),
    )


class NewForm(UploadForm):
    title = forms.CharField(label=gettext_lazy("表名"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("查什么"))
    tier = forms.ChoiceField(label=gettext_lazy("谁来查"), choices=Tier.choices, initial=Tier.SURVEY)
    field_order = ("title", "kind", "tier", "file", "pictures")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["kind"].choices = [(k.key, k.title) for k in registry.kinds.values()]  # type: ignore[attr-defined]


class PublishForm(OfficeForm):
    starts = DayField(
        label=gettext_lazy("从哪天起用"),
        initial=today,
        help_text=gettext_lazy("到那天以前仍用现在的表；已经做过的检查一直按当时的表显示。"),
    )


class EndForm(OfficeForm):
    ends = DayField(
        label=gettext_lazy("从哪天起停用"),
        initial=today,
        help_text=gettext_lazy("从那天起不再填这张表；那天以前填好的，晚到也照收。已经做过的检查不变。"),
    )


def listing(request: OfficeRequest) -> HttpResponse:
    """Every form with the version that holds, and a new one of the district's own."""
    within(request, "form.edit")
    form = NewForm(request.POST or None, request.FILES or None)
    faults = Refusal()

    def act() -> FormVersion | None:
        said = form.cleaned_data
        wanted = acting.new_form(said["kind"], said["tier"], said["title"])
        return _uploaded(request, wanted, said["file"], faults)

    if draft := tried(request, form, act):
        return redirect("office:form_version", draft.pk)
    context = {"rows": [_row(one) for one in registry.forms.values()], "form": form, **_shown(faults)}
    context["waiting"] = [one for one in reading.versions(within=within(request, "form.edit")) if _unheld(one)]
    return render(request, "office/form_list.html", context, status=422 if faults.told else status(form))


def _unheld(version: FormVersion) -> bool:
    """A draft or a version to come of a form of which none holds yet."""
    return version.form not in registry.forms and version.withdrawn_at is None


def _row(form: Form) -> dict[str, Any]:
    holding = editions.holding(form.id)
    coming = [one for one in editions.of(form.id) if one.starts > today()]
    return {"form": form, "tier": Tier(form.tier).label, "holding": holding, "coming": coming[-1] if coming else None}


def detail(request: OfficeRequest, form_id: str) -> HttpResponse:
    """One form: what holds, what there was, a new version, and its end where it is the district's own."""
    within(request, "form.edit")
    registered = found(registry.forms.get(form_id))
    form = UploadForm(request.POST or None, request.FILES or None)
    faults = Refusal()

    def act() -> FormVersion | None:
        return _uploaded(request, acting.about(registered), form.cleaned_data["file"], faults)

    if draft := tried(request, form, act):
        return redirect("office:form_version", draft.pk)
    return _detail(request, registered, upload=form, ending=EndForm(), faults=faults)


@require_POST
def end(request: OfficeRequest, form_id: str) -> HttpResponse:
    within(request, "form.edit")
    registered = found(registry.forms.get(form_id))
    form = EndForm(request.POST)

    def act() -> FormVersion:
        return acting.end(where=_where(request, form_id), form=registered, by=request.actor, **form.cleaned_data)

    if tried(request, form, act):
        messages.success(request, _("已定：到那天起，手机和网页上不再有这张表。"))
        return redirect("office:form", form_id)
    return _detail(request, registered, upload=UploadForm(), ending=form, faults=Refusal())


@require_POST
def take_up(request: OfficeRequest, form_id: str) -> HttpResponse:
    within(request, "form.edit")
    registered = found(registry.forms.get(form_id))
    try:
        acting.take_up(where=_where(request, form_id), form=registered, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("已恢复，照旧填这张表。"))
    return redirect("office:form", form_id)


def _detail(
    request: OfficeRequest, registered: Form, *, upload: UploadForm, ending: EndForm, faults: Refusal
) -> HttpResponse:
    seen = scope_of(request.actor, "check.view")
    own = registered.id not in registry.declared_forms
    context = {
        **_row(registered),
        "read": registered.read,
        "versions": reading.versions(within=within(request, "form.edit"), form=registered.id),
        "checks": reading.checks_by_version(registered.id, within=seen) if seen else {},
        "upload": upload,
        "ending": ending if ending.errors or (own and registered.ends is None) else None,
        "today": today(),
        **_shown(faults),
    }
    wrong = faults.told or upload.errors or ending.errors
    return render(request, "office/form_detail.html", context, status=422 if wrong else 200)


def _uploaded(request: OfficeRequest, wanted: acting.About, file: Any, faults: Refusal) -> FormVersion | None:
    """The draft that was kept, or None with what is wrong in `faults`."""
    if file.size > LARGEST_FILE:
        raise Mistaken(_("表格超过 5 MB，请去掉里面的图片。"), field="file")
    content = file.read()
    try:
        pictures = _pictures(request)
        read = acting.reading_of(content, wanted, pictures)
    except FormRefused as refusal:
        faults.told, faults.content, faults.filename = list(refusal.errors), content, file.name
        return None
    told = {"wanted": wanted, "read": read, "content": content, "filename": file.name, "pictures": pictures}
    return acting.keep_draft(where=_where(request, wanted.id), by=request.actor, **told)


def _pictures(request: OfficeRequest) -> list[NewPicture]:
    files = [one for one in request.FILES.getlist("pictures") if one.name]
    if len(files) > MOST_PICTURES:
        raise Mistaken(_("图片最多 %(n)d 张。") % {"n": MOST_PICTURES}, field="pictures")
    return looked_at([(one.name or "", one.read(LARGEST + 1)) for one in files])


def _where(request: OfficeRequest, form_id: str) -> At:
    return At(region_of(request, within(request, "form.edit"))[: Level.DISTRICT], form_id.partition(".")[0])


def _shown(refusal: Refusal) -> dict[str, Any]:
    faults = refusal.told
    shown = {"faults": faults[:MOST_FAULTS], "more_faults": max(0, len(faults) - MOST_FAULTS), "n_faults": len(faults)}
    if marked := _marked(refusal):
        stem = refusal.filename.rpartition(".")[0] or refusal.filename
        shown |= {"marked": f"data:{TYPES['xlsx']};base64,{b64encode(marked).decode()}"}
        shown |= {"marked_name": f"{stem.removesuffix(MARKED)}{MARKED}.xlsx"}
    return shown


def _marked(refusal: Refusal) -> bytes | None:
    """The workbook with what is wrong marked in it, within the page: what was refused is not kept here."""
    told = [replace(one, problem=in_language(one.problem), remedy=in_language(one.remedy)) for one in refusal.told]
    if not any(one.cell for one in told) or len(refusal.content) > LARGEST_MARKED:
        return None
    try:
        made = marked(read_cells(refusal.content), told, (_("在哪里"), _("哪里不对"), _("怎么改")))
    except FormRefused:
        return None
    return made if made and len(made) <= LARGEST_MARKED else None


def version(request: OfficeRequest, pk: int) -> HttpResponse:
    """A draft or a published version: what it changes, and its day."""
    one = _version(request, pk)
    form = PublishForm(request.POST or None)
    draft = one.starts is None

    def act() -> FormVersion:
        return acting.publish(where=_where(request, one.form), version=one, by=request.actor, **form.cleaned_data)

    published = tried(request, form, act) if draft else None
    if published is not None:
        messages.success(request, _("已发布。到那天起，手机和网页上都是新表。"))
        return redirect("office:form", one.form) if one.form in registry.forms else redirect("office:forms")
    read, registered = _read(one), registry.forms.get(one.form)
    context = {
        "one": one,
        "title": registry.title_of(one.form, one.title),
        "read": read,
        "registered": registered,
        "changes": _changed(registered.read if registered else None, read),
        "remarks": remarks(registered.read if registered else None, read) if draft else [],
        "rules_kept": registered is not None and registered.read.rules == read.rules,
        "form": form if draft else None,
        "may_withdraw": one.starts is not None and one.starts > today() and one.withdrawn_at is None,
    }
    return render(request, "office/form_version.html", context, status=status(form))


def _changed(before: ReadForm | None, after: ReadForm) -> list[tuple[Change, list[tuple[Any, Any, Any]]]]:
    """Each change with its parts in the words of the page."""
    found = changes(before, after, (get_language() or "zh")[:2])
    return [(change, [_in_words(*part) for part in change.parts]) for change in found]


def _in_words(part: str, was: str, now: str) -> tuple[Any, Any, Any]:
    words = IN_WORDS.get(part, {})
    return PARTS[part], words.get(was, was), words.get(now, now)


@require_POST
def withdraw(request: OfficeRequest, pk: int) -> HttpResponse:
    one = _version(request, pk)
    try:
        acting.withdraw(where=_where(request, one.form), version=one, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("已撤回，仍用现在的表。"))
    return redirect("office:form", one.form) if one.form in registry.forms else redirect("office:forms")


@require_GET
def download(request: OfficeRequest, form_id: str, how: str) -> HttpResponse:
    """The version that holds, to be edited."""
    within(request, "form.edit")
    return _sent(acting.with_sheet_of_findings(found(registry.forms.get(form_id))), how)


@require_GET
def download_version(request: OfficeRequest, pk: int, how: str) -> HttpResponse:
    return _sent(_read(_version(request, pk)), how)


def _sent(read: ReadForm, how: str) -> HttpResponse:
    if how not in ("plain", "xlsform"):
        raise Http404
    content = as_plain(read) if how == "plain" else as_xlsform(read)
    name = quote(f"{read.title}-{read.version}{'' if how == 'plain' else '-XLSForm'}.xlsx")
    disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return HttpResponse(content, content_type=TYPES["xlsx"], headers=disposition)


def _version(request: OfficeRequest, pk: int) -> FormVersion:
    return found(reading.versions(within=within(request, "form.edit")).filter(pk=pk).first())


def _read(one: FormVersion) -> ReadForm:
    return read_published(bytes(one.workbook))
