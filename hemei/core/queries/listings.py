"""More lists as files: households, rounds and who owes which look, draws, imports, messages, background work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.models import (
    Draw,
    Due,
    Holding,
    Household,
    ImportBatch,
    Job,
    Message,
    PlaceIdentifier,
    Round,
    RowOutcome,
)
from hemei.core.queries.export import Feature, Listing, by_key, point_of
from hemei.core.queries.regions import names
from hemei.core.queries.rounds import progress
from hemei.core.registry import registry
from hemei.core.wording import in_words
from hemei.terms.day import day_of, today
from hemei.terms.region import successor


def households(*, within: Scope, region: str = "") -> QuerySet[Household]:
    rows = Household.objects.filter(within.q(matter=None)).select_related("head")
    return rows.filter(region__gte=region, region__lt=successor(region)) if region else rows


def households_listing(chosen: QuerySet[Household], *, within: Scope) -> Listing:
    """Households under the headings of the import; telephone and ID numbers masked, under headings of their own."""
    columns: dict[str, type] = dict.fromkeys([_("村代码"), _("区域"), _("组"), _("户号"), _("户主")], str)
    columns |= {
        _("证件号后四位"): str,
        _("证件号待核"): str,
        _("联系电话（遮蔽）"): str,
        _("人口"): int,
        _("房屋"): str,
    }
    return Listing(_("农户"), columns, _household_features(chosen, within))


def _household_features(chosen: QuerySet[Household], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen):
        held: dict[int, list[str]] = {}
        keys = [household.pk for household in some]
        rows = Holding.objects.filter(household__in=keys, ends=None).order_by("id")
        numbers = dict(
            PlaceIdentifier.objects.filter(place__holdings__household__in=keys)
            .order_by("-id")
            .values_list("place", "value")
        )
        for household, place, label in rows.values_list("household", "place", "place__label"):
            held.setdefault(household, []).append(numbers.get(place) or label)
        for one in some:
            head = one.head
            told = (
                [head.name, head.id_last4, _("待核") if head.id_doubtful else "", head.phone_masked]
                if head
                else [""] * 4
            )
            where = [one.region, in_words(region_names, one.region), one.group, one.number]
            yield None, [*where, *told, one.size, "、".join(held.get(one.pk, []))]


def rounds_listing(chosen: QuerySet[Round], *, within: Scope) -> Listing:
    columns: dict[str, type] = dict.fromkeys([_("轮次"), _("事项"), _("哪一级"), _("范围"), _("缘由")], str)
    columns |= {
        _("开始日期"): date,
        _("截止日期"): date,
        _("状态"): str,
        _("应看"): int,
        _("已看"): int,
        _("超期"): int,
    }
    return Listing(_("轮次"), columns, _round_features(chosen, within))


def _round_features(chosen: QuerySet[Round], within: Scope) -> Iterator[Feature]:
    for some in by_key(chosen):
        counted = progress(some, within=within, on=today())
        for turn in some:
            at = counted[turn.pk]
            matter = registry.programmes[turn.matter].title if turn.matter in registry.programmes else turn.matter
            told = [turn.name, str(matter), turn.get_tier_display(), turn.region, turn.reason]
            days = [turn.starts, turn.ends, turn.get_state_display()]
            yield None, [*told, *days, at["due"], at["done"], at["late"]]


def dues_listing(chosen: QuerySet[Due], *, within: Scope) -> Listing:
    """What is to be looked at in a round, and what has been, each with its point."""
    columns: dict[str, type] = dict.fromkeys([_("村代码"), _("区域"), _("组"), _("名称"), _("地址"), _("谁去")], str)
    columns |= {_("单位"): str, _("期限"): date, _("看过日期"): date}
    return Listing(_("轮次清单"), columns, _due_features(chosen, within), located=True)


def _due_features(chosen: QuerySet[Due], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen.select_related("place", "account", "unit")):
        for due in some:
            place = due.place
            where = [due.region, in_words(region_names, due.region), place.group, place.label, place.address]
            done = day_of(due.done_at) if due.done_at else None
            told = [due.account.name if due.account else "", str(due.unit or ""), due.due_on, done]
            yield point_of(place), [*where, *told]


def draws_listing(chosen: QuerySet[Draw], *, within: Scope) -> Listing:
    columns: dict[str, type] = dict.fromkeys([_("抽查"), _("区划代码"), _("区域"), _("状态"), _("公开事件")], str)
    columns |= {_("事件日期"): date, _("名单启用"): date, _("抽中"): int, _("名单摘要"): str}
    return Listing(_("随机抽查"), columns, _draw_features(chosen, within))


def _draw_features(chosen: QuerySet[Draw], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen.select_related("round")):
        for held in some:
            where = [held.round.name, held.region, in_words(region_names, held.region)]
            days = [held.get_state_display(), held.event, held.event_on, held.opens_on]
            yield None, [*where, *days, len(held.drawn), held.frame_hash]


def imports_listing(chosen: QuerySet[ImportBatch], *, within: Scope) -> Listing:
    """What was imported, with the rows of each outcome."""
    columns: dict[str, type] = dict.fromkeys([_("文件"), _("区划代码"), _("区域"), _("状态"), _("谁"), _("日期")], str)
    columns |= {_("日期"): date, **{str(label): int for label in RowOutcome.labels}, _("摘要"): str}
    return Listing(_("导入"), columns, _import_features(chosen, within))


def _import_features(chosen: QuerySet[ImportBatch], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen):
        for batch in some:
            counts = batch.understood.get("counts", {}).values()
            told = [sum(one.get(outcome, 0) for one in counts) for outcome in RowOutcome.values]
            where = [batch.name, batch.region, in_words(region_names, batch.region), batch.get_state_display()]
            yield None, [*where, str(batch.by or ""), day_of(batch.created_at), *told, batch.digest]


def messages_listing(chosen: QuerySet[Message], *, within: Scope) -> Listing:
    """What the outbox sent to whom, and whether it was answered."""
    texts = [_("编号"), _("内容"), _("区划代码"), _("区域"), _("发给谁"), _("紧急"), _("状态"), _("生成"), _("回执")]
    return Listing(_("通知"), dict.fromkeys(texts, str), _message_features(chosen, within))


def _message_features(chosen: QuerySet[Message], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen):
        for one in some:
            where = [one.region, in_words(region_names, one.region), str(one.to), _("是") if one.urgent else ""]
            moments = [
                localtime(at).isoformat(timespec="minutes") if at else "" for at in (one.created_at, one.received_at)
            ]
            yield None, [str(one.pk), one.text, *where, one.get_state_display(), *moments]


def jobs_listing(chosen: QuerySet[Job], *, within: Scope, named: Callable[[str], str]) -> Listing:
    """Background work; `named` says what a kind of job is called."""
    columns: dict[str, type] = dict.fromkeys([_("任务"), _("区划代码"), _("区域"), _("状态"), _("说明"), _("谁")], str)
    columns |= {_("发起"): date, _("结束"): date}
    return Listing(_("后台任务"), columns, _job_features(chosen, within, named))


def _job_features(chosen: QuerySet[Job], within: Scope, named: Callable[[str], str]) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen):
        for job in some:
            where = [f"{named(job.kind)} #{job.pk}", job.region, in_words(region_names, job.region)]
            days = [day_of(job.created_at), day_of(job.ended_at) if job.ended_at else None]
            yield None, [*where, job.get_state_display(), job.message, str(job.by or ""), *days]
