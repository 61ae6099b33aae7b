"""The district edits its forms: a workbook is read and judged, kept as a draft, published from a day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.actions.formpicture import NewPicture, keep_pictures, with_pictures
from hemei.core.editions import Edition, editions
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import FormVersion, Tier
from hemei.core.registry import Form, Programme, registry
from hemei.core.writing import action, audit
from hemei.engines.forms import Fault, FormRefused
from hemei.engines.forms import Form as ReadForm
from hemei.engines.forms.form import Question, Rule, Section
from hemei.engines.forms.parsing import Unreadable
from hemei.engines.forms.plainsheet import is_plain, plain_with_faults, require_questions
from hemei.engines.forms.plainwords import FINDINGS, SHEET
from hemei.engines.forms.reading import Reading, with_faults
from hemei.engines.forms.rules import compiled_rules
from hemei.engines.forms.workbook import Cells, place_of_text, read_cells
from hemei.engines.forms.writing import as_xlsform
from hemei.engines.forms.xform import NoXForm, WhichPlace, xform
from hemei.terms.day import today

SHOWN = 20
ASKED = (SHEET, "survey")  # where questions stand


@dataclass(frozen=True)
class About:
    """Which form a workbook is meant to be: one that there is, or a new one of the district's own."""

    id: str
    kind: str
    tier: str
    title: str

    @property
    def programme(self) -> Programme:
        return registry.programme_of_kind(self.kind)

    @property
    def registered(self) -> Form | None:
        return registry.forms.get(self.id)


def about(form: Form) -> About:
    return About(form.id, form.kind, form.tier, form.read.title)


def new_form(kind: str, tier: str, title: str) -> About:
    """A form of the district's own, for a kind and a tier that there are. Raises Mistaken."""
    if kind not in registry.kinds:
        raise Mistaken(_("请选择查什么。"), field="kind")
    if tier not in Tier:
        raise Mistaken(_("请选择谁来查。"), field="tier")
    if not title.strip():
        raise Mistaken(_("请填写表名。"), field="title")
    programme = registry.programme_of_kind(kind).key
    taken = set(FormVersion.objects.values_list("form", flat=True)) | registry.forms.keys()
    free = next(name for n in range(1, 10_000) if (name := f"{programme}.own{n}") not in taken)
    return About(free, kind, str(Tier(tier)), title.strip()[:80])


def taken_versions(form: str) -> set[str]:
    """What versions of the form have been called, drafts aside."""
    shipped = registry.declared_forms.get(form)
    known = FormVersion.objects.filter(form=form, starts__isnull=False).values_list("version", flat=True)
    return {*known, *(shipped.versions if shipped else ())}


def next_version(form: str, *, on: date) -> str:
    """What the next version is called: the day and a number, above all there were."""
    taken = taken_versions(form)
    return next(name for n in range(1, 100) if (name := f"{on:%Y%m%d}{n:02}") not in taken)


def reading_of(content: bytes, wanted: About, pictures: Sequence[NewPicture] = ()) -> ReadForm:
    """The form in a workbook, plain sheet or XLSForm, with pictures that came beside it.

    Raises FormRefused with everything that is wrong with it.
    """
    present = wanted.registered.read if wanted.registered else None
    sheets = read_cells(content)
    require_questions(sheets)
    if is_plain(sheets):
        others = [one.read for one in registry.forms.values() if one.kind == wanted.kind and one.id != wanted.id]
        named = {"id": wanted.id, "version": next_version(wanted.id, on=today()), "title": wanted.title}
        reading = plain_with_faults(sheets, **named, present=present, others=others)
    else:
        reading = with_faults(content)
        reading.form = _named(reading, wanted, sheets)
    form, faults = reading.form, reading.faults
    sound = not faults
    faults += [*_unknown_findings(reading, wanted, sheets), *_not_asked(form, wanted, sheets)]
    form, wrong = with_pictures(form, pictures, programme=wanted.programme.key, present=present, sheets=sheets)
    faults += wrong if sound else [one for one in wrong if one.cell]  # what nothing names may be named by a row refused
    form, lost = _with_rules(reading, form, present, wanted)
    faults += lost
    if faults:
        raise FormRefused(faults)
    _require_for_phones(form)
    return form


def _require_for_phones(form: ReadForm) -> None:
    """Make once what ODK Collect is given: a form that cannot be made would take all others off the phones' list."""
    nothing = WhichPlace(*[{"zh": "查看的是哪一处？"}] * 4)
    try:
        fromstring(xform(form, place=nothing))
    except (NoXForm, ParseError) as why:
        told = f"这张表转不成手机上的表单（{str(why)[:200]}）。"
        raise FormRefused([Fault("", 0, "", told, "请核对题目代码和文字里的特殊符号。")]) from why


def _named(reading: Reading, wanted: About, sheets: Mapping[str, Cells]) -> ReadForm:
    """Under the id it is meant to have, in a version that there was not; what is wrong with either is noted."""
    form = reading.form
    if wanted.registered is None:
        return replace(form, id=wanted.id, title=wanted.title)
    if form.id and form.id != wanted.id:
        problem = f"表单编号是“{form.id}”，要改的这张表是“{wanted.id}”。"
        remedy = f"请把 form_id 改为 {wanted.id}，或到那张表下面上传。"
        reading.faults.append(Fault(*_in_settings(sheets, form.id), problem, remedy))
        return form
    taken, free = taken_versions(form.id), next_version(wanted.id, on=today())
    remedy = f"每次改动都要换版本，请把 version 改为 {free}。"
    if form.version in taken:
        problem = f"版本“{form.version}”已经用过。"
        reading.faults.append(Fault(*_in_settings(sheets, form.version), problem, remedy))
    elif form.version.isdecimal() and (later := _above(form.version, taken)):
        problem = f"版本“{form.version}”比用过的“{later}”还小。"
        reading.faults.append(Fault(*_in_settings(sheets, form.version), problem, remedy))
    return form


def _in_settings(sheets: Mapping[str, Cells], text: str) -> tuple[str, int, str]:
    found = place_of_text(sheets, ("settings",), text)
    return found if found[0] else ("settings", 2, "")


def _above(version: str, taken: Collection[str]) -> str:
    """The greatest of the versions that are numbers, if it is above this one; else ""."""
    greatest = max((one for one in taken if one.isdecimal()), key=int, default="0")
    return greatest if int(greatest) > int(version) else ""


def _unknown_findings(reading: Reading, wanted: About, sheets: Mapping[str, Cells]) -> list[Fault]:
    known = {kind.id: kind.title for kind in wanted.programme.findings}
    unknown = [one for one in reading.findings or () if one not in known]
    listed = "、".join(f"{id}（{title}）" for id, title in list(known.items())[:SHOWN])
    told = [(one, place_of_text(sheets, (FINDINGS, "findings"), one)) for one in unknown]
    return [Fault(*where, f"没有问题编号“{one}”。", f"可用的有：{listed}。") for one, where in told]


def _not_asked(form: ReadForm, wanted: About, sheets: Mapping[str, Cells]) -> list[Fault]:
    """What a household's page does not ask: photos in a repeat."""
    if wanted.tier != Tier.SELF:
        return []
    return [
        Fault(
            *place_of_text(sheets, ASKED, _called(question)),
            f"农户自查表里，重复填写的“{_called(section)}”里不能拍照。",
            f"请把“{_called(question)}”移到外面。",
        )
        for section in form.repeats.values()
        for question in section.photos
    ]


def _called(one: Section | Question) -> str:
    return one.labels.get("zh") or one.name


def _with_rules(
    reading: Reading, form: ReadForm, present: ReadForm | None, wanted: About
) -> tuple[ReadForm, list[Fault]]:
    """The form with its rules, and each finding that the present one shows and this one could not."""
    texts = rules_of(present, wanted) if present else {}
    if reading.findings is not None:
        faults = [
            _lost(one, wanted, "工作表“问题”（findings）里没有它。") for one in texts if one not in reading.findings
        ]
        return form, faults
    judged = dict(compiled_rules(texts, form.sections, reading.doubts))
    faults = [_lost(one, wanted, why.problem) for one, why in judged.items() if isinstance(why, Unreadable)]
    carried = present is not None and present.rules is not None
    kept = tuple(Rule(one, when) for one, when in judged.items() if not isinstance(when, Unreadable))
    return replace(form, rules=kept) if carried else form, faults


def rules_of(form: ReadForm, wanted: About) -> dict[str, str]:
    """Finding → what shows it: by the form's own sheet, else as its programme says it of such a form."""
    if form.rules is not None:
        return {rule.finding: rule.when.text for rule in form.rules}
    registered = wanted.registered
    return dict(registered.rules(form)) if registered and registered.rules else {}


def with_sheet_of_findings(form: Form) -> ReadForm:
    """The form that holds, with its rules written out, as it is downloaded to be edited."""
    read = form.read
    if read.rules is not None:
        return read
    judged = compiled_rules(rules_of(read, about(form)), read.sections)
    return replace(read, rules=tuple(Rule(one, when) for one, when in judged if not isinstance(when, Unreadable)))


def _lost(finding: str, wanted: About, why: str) -> Fault:
    kind = next((one for one in wanted.programme.findings if one.id == finding), None)
    named = f"{finding}“{kind.title}”" if kind else finding
    remedy = "请把那道题或选项放回去，或在工作表“问题”（findings）里写明改由哪道题判断。"
    return Fault("", 0, "", f"这样改以后就判断不出问题 {named}：{why}", remedy)


@action(verb="form.edit", on="where")
def keep_draft(
    *,
    where: At,
    wanted: About,
    read: ReadForm,
    content: bytes,
    filename: str,
    by: Actor,
    pictures: Sequence[NewPicture] = (),
) -> FormVersion:
    """Keep a workbook that was read as the draft of its form; the draft before it goes."""
    workbook = as_xlsform(read)
    FormVersion.objects.filter(form=wanted.id, starts=None).delete()
    if read.version in taken_versions(wanted.id):
        raise Conflict(_("这个版本刚刚有人用了，请再上传一次。"))
    told = {
        "region": where.region,
        "form": wanted.id,
        "version": read.version,
        "title": read.title,
        "kind": wanted.kind,
        "tier": wanted.tier,
    }
    draft = FormVersion.objects.create(
        **told,
        workbook=workbook,
        digest=hashlib.sha256(workbook).hexdigest(),
        source=content,
        filename=filename[-120:],
        by=by.account,
    )
    keep_pictures(pictures, by=by)
    values = [draft.digest, hashlib.sha256(content).hexdigest(), *(one.digest for one in pictures)]
    audit(by, "form.upload", f"form_version:{draft.pk}", where.region, values=values, detail=_told(draft))
    return draft


@action(verb="form.edit", on="where")
def publish(*, where: At, version: FormVersion, starts: date, by: Actor) -> FormVersion:
    """Let a draft hold from a day, today at the earliest. Old looks keep the version that they were made with."""
    draft = FormVersion.objects.select_for_update().get(pk=version.pk)
    if draft.starts is not None:
        raise Conflict(_("这一版已经发布了。"))
    _require_lasting(editions.holding(draft.form))
    if starts < today():
        raise Mistaken(_("最早从今天起用：已经做过的检查不会改用新表。"), field="starts")
    draft.starts, draft.published_at, draft.by = starts, timezone.now(), by.account
    draft.save(update_fields=["starts", "published_at", "by"])
    detail = {**_told(draft), "starts": starts.isoformat()}
    audit(by, "form.publish", f"form_version:{draft.pk}", where.region, values=[draft.digest], detail=detail)
    editions.forget()
    return draft


@action(verb="form.edit", on="where")
def withdraw(*, where: At, version: FormVersion, by: Actor) -> FormVersion:
    """Take back a version that has not begun yet."""
    held = FormVersion.objects.select_for_update().get(pk=version.pk)
    if held.starts is None or held.withdrawn_at is not None:
        raise Conflict(_("这一版没有发布，或已经撤回。"))
    if held.starts <= today():
        raise Conflict(_("这一版已经开始用了，不能撤回：请改好后发布新的一版。"))
    held.withdrawn_at = timezone.now()
    held.save(update_fields=["withdrawn_at"])
    audit(by, "form.withdraw", f"form_version:{held.pk}", where.region, values=[held.digest], detail=_told(held))
    editions.forget()
    return held


@action(verb="form.edit", on="where")
def end(*, where: At, form: Form, ends: date, by: Actor) -> FormVersion:
    """Let a form of the district's own be filled in no more from a day on, today at the earliest.

    What was filled in before is taken however late it comes. What is filled in later is refused with the reason, and
    stays on the phone: to OpenRosa the form is closed.
    """
    version = _holding(form)
    _require_lasting(version)
    if ends < today():
        raise Mistaken(_("最早从今天起停用：已经做过的检查不变。"), field="ends")
    if later := FormVersion.objects.filter(form=form.id, starts__gt=today(), withdrawn_at=None).first():
        raise Conflict(_("还有一版将从 %(day)s 起用，请先撤回它。") % {"day": later.starts})
    others = [one for one in registry.forms_for(form.kind, form.tier) if one.id != form.id and one.ends is None]
    if form.tier == Tier.SELF and not others:
        raise Conflict(_("这是这类对象唯一的农户自查表，门牌码要用它，不能停用：请先发布另一张。"))
    version.ends = ends
    version.save(update_fields=["ends"])
    detail = {**_told(version), "ends": ends.isoformat()}
    audit(by, "form.end", f"form_version:{version.pk}", where.region, values=[version.digest], detail=detail)
    editions.forget()
    return version


@action(verb="form.edit", on="where")
def take_up(*, where: At, form: Form, by: Actor) -> FormVersion:
    """Let a form that was ended, or is to end, be filled in again."""
    version = _holding(form)
    if version.ends is None:
        raise Conflict(_("这张表没有停用。"))
    version.ends = None
    version.save(update_fields=["ends"])
    audit(
        by, "form.take_up", f"form_version:{version.pk}", where.region, values=[version.digest], detail=_told(version)
    )
    editions.forget()
    return version


def _holding(form: Form) -> FormVersion:
    """The version that holds, held until the transaction ends. Raises Conflict for a form that a programme ships."""
    edition = editions.holding(form.id)
    if form.id in registry.declared_forms or edition is None:
        raise Conflict(_("系统自带的表不能停用，只能换成新的一版。"))
    return FormVersion.objects.select_for_update().get(pk=edition.pk)


def _require_lasting(version: FormVersion | Edition | None) -> None:
    """Raise Conflict for a form that has a last day: another version would take that back unsaid."""
    if version is not None and version.ends is not None:
        raise Conflict(_("这张表已经定了停用的日子，请先取消停用。"))


def _told(version: FormVersion) -> dict[str, str]:
    return {"form": version.form, "version": version.version}
