"""Building sites: who works there, until they are finished, and what the household says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Place
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.models import Craftsman, Posting, Rating, Sort, Worksite
from hemei.programmes.craftsmen.queries.people import standings
from hemei.programmes.craftsmen.queries.worksites import craftsman_with_card
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import today
from hemei.terms.region import Level


@dataclass(frozen=True)
class NewSite:
    label: str
    sort: str
    starts_on: date
    address: str = ""
    approval: str = ""


@action(verb="posting.keep", on="where")
def open_site(*, where: At, site: NewSite, by: Actor) -> Place:
    """A site on which work begins. Where it is on the map is said afterwards, as of any place."""
    if not site.label.strip():
        raise Mistaken(_("请填写工地名称，例如“上河村张家新建”。"), field="label")
    if site.sort not in Sort.values:
        raise Mistaken(_("请选择工地类别。"), field="sort")
    if len(where.region) < Level.VILLAGE:
        raise Mistaken(_("请选到村。"), field="region")
    place = Place.objects.create(
        kind="worksite", region=where.region, label=site.label.strip(), address=site.address.strip()
    )
    Worksite.objects.create(place=place, sort=site.sort, approval=site.approval.strip(), starts_on=site.starts_on)
    audit(by, "site.open", f"place:{place.pk}", place.region, values=site.label, detail={"sort": site.sort})
    return place


@action(verb="posting.keep", on="place")
def post(*, place: Place, card: str, starts: date, lead: bool, by: Actor) -> Posting:
    """Name a craftsman for a site by the card they wear. Only whoever may be on duty, that day and today."""
    site = _running(place)
    if starts > today():
        raise Mistaken(_("请到上工那天再登记：那天还要看证书和培训是否有效。"), field="starts", code="in_the_future")
    if site.starts_on and starts < site.starts_on:
        raise Mistaken(_("上工日期早于工地开工日期，请核对。"), field="starts", code="before_the_site")
    one = craftsman_with_card(card, place=place)
    if one is None:
        raise Mistaken(
            _("本区没有这个牌号的有效上岗牌。请核对牌号；没有牌的先到镇里办。"), field="card", code="no_card"
        )
    Craftsman.objects.select_for_update().get(pk=one.pk)
    _require_fit(one, starts)
    if Posting.objects.filter(place=place, craftsman=one, ends=None).exists():
        raise Conflict(_("%(name)s 已经在这个工地上。") % {"name": one}, field="card", code="known")
    row = Posting.objects.create(
        place=place, craftsman=one, region=place.region, lead=lead, starts=starts, actor=str(by)
    )
    detail = {"craftsman": one.pk, "lead": lead}
    audit(by, "site.post", f"place:{place.pk}", place.region, values=starts, detail=detail)
    return row


def _require_fit(one: Craftsman, starts: date) -> None:
    for day in sorted({starts, today()}):
        stands = standings([one], on=day)[one.pk]
        if not stands.may:
            said = {"name": one, "day": day.isoformat(), "why": why_not(stands)}
            raise Mistaken(_("%(name)s 在 %(day)s 不能上岗：%(why)s。") % said, field="card", code="not_certified")


@action(verb="posting.keep", on="posting")
def end_posting(*, posting: Posting, on: date, by: Actor) -> Posting:
    """Somebody leaves a site; `on` is their last day."""
    if posting.ends is not None:
        raise Conflict(_("已经登记离开了。"), code="ended")
    _check_last_day(on, posting.starts)
    posting.ends = on
    posting.save(update_fields=["ends"])
    detail = {"craftsman": posting.craftsman_id}
    audit(by, "site.end_posting", f"place:{posting.place_id}", posting.region, values=on, detail=detail)
    return posting


@action(verb="posting.keep", on="place")
def finish_site(*, place: Place, on: date, by: Actor) -> Worksite:
    """The work is done; whoever is still named there leaves on that day."""
    site = _running(place)
    here = Posting.objects.filter(place=place, ends=None)
    for row in here:
        _check_last_day(on, row.starts)
    _check_last_day(on, site.starts_on or on)
    left = here.update(ends=on)
    site.ends_on = on
    site.save(update_fields=["ends_on"])
    audit(by, "site.finish", f"place:{place.pk}", place.region, values=on, detail={"postings": left})
    return site


def _check_last_day(on: date, first: date) -> None:
    if on > today():
        raise Mistaken(_("日期在将来，请核对。"), field="on", code="in_the_future")
    if on < first:
        raise Mistaken(_("日期早于开始的那天，请核对。"), field="on", code="before_it_began")


def _running(place: Place) -> Worksite:
    site = Worksite.objects.filter(place=place).first()
    if site is None or place.removed_on is not None:
        raise Mistaken(_("这里不是在册的工地。"), code="no_site")
    if site.ends_on is not None:
        raise Conflict(_("这个工地已经完工。"), code="finished")
    return site


@dataclass(frozen=True)
class Said:
    """What a household ticks: 1 (bad) to 5 (good)."""

    quality: int
    safety: int
    conduct: int
    words: str = ""


@action(verb="posting.rate", on="place")
def rate(*, place: Place, said: Said, by: Actor) -> Rating:
    """One household rates one job, once."""
    site = Worksite.objects.filter(place=place, sort=Sort.HOUSE).first()
    if site is None:
        raise Mistaken(_("只有农户建房的工地可以由农户评价。"), code="no_household")
    if site.ends_on is None:
        raise Mistaken(_("房子完工以后再评价。"), code="still_running")
    if Rating.objects.filter(place=place).exists():
        raise Conflict(_("这处房子已经评价过了，一次施工只评一次。"), code="rated")
    if not all(1 <= mark <= 5 for mark in (said.quality, said.safety, said.conduct)):
        raise Mistaken(_("每一项都请选一个。"), code="incomplete")
    row = Rating.objects.create(
        place=place,
        region=place.region,
        quality=said.quality,
        safety=said.safety,
        conduct=said.conduct,
        words=said.words.strip(),
        at=timezone.now(),
        actor=str(by),
    )
    marks = [said.quality, said.safety, said.conduct, said.words]
    audit(by, "site.rate", f"place:{place.pk}", place.region, values=marks)
    return row
