"""What a clerk enters on a page instead of by a workbook: a craftsman, and a training that was held elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.actions.evidence import NewFile
from hemei.core.actions.register.judging import identity
from hemei.core.errors import Conflict, Mistaken, filled
from hemei.core.models import Person
from hemei.core.personal import encrypt
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.actions.people import require_in_register
from hemei.programmes.craftsmen.actions.scans import attach
from hemei.programmes.craftsmen.levels import levels_of
from hemei.programmes.craftsmen.models import Craftsman, EarlierTraining, LessonKind, Trade
from hemei.terms.day import today
from hemei.terms.personal import mask_phone
from hemei.terms.region import Level, successor


@dataclass(frozen=True)
class NewCraftsman:
    """Somebody as their paper says: the ID number tells them from others, "" where it is not known."""

    name: str
    trade: str
    id_number: str = ""
    phone: str = ""
    level: str = ""
    lead: bool = False
    team: str = ""


@action(verb="craftsman.keep", on="where")
def enter_craftsman(*, where: At, told: NewCraftsman, by: Actor) -> Craftsman:
    """Take somebody into the register. A person of the same ID number is that person, whatever else they are here."""
    name, number = told.name.strip(), "".join(told.id_number.split()).upper()
    if not name:
        raise Mistaken(_("请填写姓名。"), field="name", code="empty")
    if told.trade not in Trade.values:
        raise Mistaken(_("请选择工种。"), field="trade", code="unknown")
    named = levels_of(where.region)
    if told.level.strip() and named and told.level.strip() not in named:
        raise Mistaken(_("区里没有这一等级。请填写：%(named)s。") % {"named": "、".join(named)}, field="level")
    person = _known(where.region, name, number)
    if person is None:
        phone = "".join(told.phone.split())
        kept = {"phone": encrypt(phone), "phone_masked": mask_phone(phone)} if phone else {}
        person = Person.objects.create(name=name, region=where.region, **identity(number), **kept)
    row = Craftsman.objects.create(
        person=person,
        region=where.region,
        trade=told.trade,
        level=told.level.strip(),
        lead=told.lead,
        team=told.team.strip(),
    )
    audit(by, "craftsman.enter", f"craftsman:{row.pk}", row.region, values=[name, row.trade, row.level, row.team])
    return row


def _known(region: str, name: str, number: str) -> Person | None:
    """The person of that number in the district. Raises where they, or a namesake of the village, are listed."""
    district = region[: Level.DISTRICT]
    print_of = identity(number).get("id_fingerprint", "")
    here = Person.objects.filter(region__gte=district, region__lt=successor(district))
    person = here.filter(id_fingerprint=print_of).first() if print_of else None
    if person is not None and person.name != name:
        raise Mistaken(_("这个身份证号登记的是另一个姓名，请核对。"), field="name", code="other_name")
    listed = Craftsman.objects.filter(person=person) if person else Craftsman.objects.none()
    if not print_of:
        listed = Craftsman.objects.filter(region=region, person__name=name)
    if known := listed.first():
        if known.left_on is not None:
            raise Conflict(_("%(name)s 退出过名册：请在他的页面上恢复。") % {"name": name}, field="name", code="left")
        raise Conflict(
            _("名册里已经有%(name)s。不是同一个人的，请填写身份证号。") % {"name": name}, field="name", code="known"
        )
    return person


@dataclass(frozen=True)
class Elsewhere:
    """A training held elsewhere, as its document says; hours of a kind of lesson are None where it does not say."""

    on: date
    body: str
    document: str
    basic: float | None = None
    skill: float | None = None
    practice: float | None = None


@action(verb="craftsman.keep", on="craftsman")
def enter_training(
    *, craftsman: Craftsman, told: Elsewhere, by: Actor, files: Sequence[NewFile] = ()
) -> EarlierTraining:
    """Enter a training that was held elsewhere. One of that day of which only the day was known gains its hours."""
    require_in_register(craftsman)
    if told.on > today():
        raise Mistaken(_("培训日期在将来，请核对。"), field="on", code="future")
    for field in ("body", "document"):
        filled(getattr(told, field), field)
    hours = {kind: getattr(told, kind) for kind in LessonKind.values}
    if all(some is None for some in hours.values()):
        raise Mistaken(_("请至少填一类课的课时；都不知道的，不用在这里登记。"), field="basic", code="no_hours")
    if any(some is not None and not 0 <= some <= 999 for some in hours.values()):
        raise Mistaken(_("课时要在 0 到 999 之间。"), field="basic", code="out_of_range")
    row = EarlierTraining.objects.filter(craftsman=craftsman, on=told.on).first()
    if row is not None and row.document:
        raise Conflict(_("这一天结束的培训已经登记过了。"), field="on", code="known")
    row = row or EarlierTraining(craftsman=craftsman, on=told.on, region=craftsman.region)
    row.body, row.document = told.body.strip(), told.document.strip()
    for kind, some in hours.items():
        setattr(row, kind, None if some is None else round(some * 60))
    row.recorded_at, row.actor = timezone.now(), str(by)
    row.save()
    said = [told.on, row.body, row.document, *hours.values()]
    detail = {"row": row.pk, "files": attach(row, files, by=by)}
    audit(by, "training.enter", f"craftsman:{craftsman.pk}", craftsman.region, values=said, detail=detail)
    return row
