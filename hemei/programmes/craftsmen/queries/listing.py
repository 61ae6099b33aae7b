"""Craftsmen as a file: the columns of the import, and how each stands today; numbers masked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.queries.export import Feature, Listing, by_key
from hemei.core.queries.regions import names, names_around
from hemei.core.wording import in_words
from hemei.programmes.craftsmen.models import Certificate, Craftsman, LessonKind, Plan, Session
from hemei.programmes.craftsmen.queries.people import standings
from hemei.programmes.craftsmen.queries.plans import pupils
from hemei.programmes.craftsmen.queries.training import there
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import today


def craftsmen_listing(chosen: QuerySet[Craftsman], *, within: Scope) -> Listing:
    texts = [_("村代码"), _("区域"), _("姓名"), _("工种"), _("技能等级"), _("带头工匠"), _("班组"), _("证书编号")]
    columns: dict[str, type] = dict.fromkeys([*texts, _("发证机构")], str)
    columns |= {_("发证日期"): date, _("有效期至"): date, _("最近培训日期"): date}
    columns |= dict.fromkeys([_("证件号后四位"), _("联系电话（遮蔽）"), _("今天能否上岗"), _("缺什么")], str)
    return Listing(_("工匠名册"), columns, _features(chosen, within))


def _features(chosen: QuerySet[Craftsman], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen):
        stands = standings(some, on=today())
        papers = _last_papers([one.pk for one in some])
        for one in some:
            paper, how = papers.get(one.pk), stands[one.pk]
            row: list[Any] = [one.region, in_words(region_names, one.region), one.person.name, one.get_trade_display()]
            row += [one.level, _("是") if one.lead else _("否"), one.team]
            row += [paper.number, paper.body, paper.issued_on, paper.valid_to] if paper else ["", "", None, None]
            row += [how.trained_on, one.person.id_last4, one.person.phone_masked]
            yield None, [*row, _("能") if how.may else _("不能"), why_not(how)]


def _last_papers(keys: list[int]) -> dict[int, Certificate]:
    """The certificate of each that lasts longest, revoked ones left out."""
    rows = Certificate.objects.filter(craftsman__in=keys, revoked_on=None).order_by("valid_to", "pk")
    return {row.craftsman_id: row for row in rows}


def attendance_listing(held: Session, *, within: Scope) -> Listing:
    """Who came to a session that was read in the scope."""
    columns: dict[str, type] = dict.fromkeys([_("姓名"), _("区域"), _("工种"), _("证件号后四位")], str)
    columns |= {_("签到时间"): str, _("怎么签的"): str, _("计入分钟"): int, _("划掉的原因"): str}
    region_names = names_around(within=within)

    def rows() -> Iterator[Feature]:
        for row in reversed(there(held, within=within)):
            one = row.craftsman
            counts = row.minutes if row.struck_at is None and held.called_off_at is None else 0
            where = in_words(region_names, one.region)
            when = timezone.localtime(row.arrived_at).strftime("%Y-%m-%d %H:%M")
            said = [one.person.name, where, one.get_trade_display(), one.person.id_last4, when]
            yield None, [*said, row.get_how_display(), counts, row.struck_why]

    return Listing(_("签到名单"), columns, rows())


def results_listing(plan: Plan, *, within: Scope) -> Listing:
    """Who attended a plan that was read in the scope, for how long, and with which results: a row each."""
    columns: dict[str, type] = dict.fromkeys([_("姓名"), _("工种"), _("证件号后四位")], str)
    columns |= {_("%(kind)s（课时）") % {"kind": label}: float for label in LessonKind.labels}
    columns |= {_("考试日期"): date, _("理论成绩"): int, _("实操成绩"): int, _("结论"): str}

    def rows() -> Iterator[Feature]:
        for pupil in pupils(plan, within=within):
            one = pupil.craftsman
            said = [one.person.name, one.get_trade_display(), one.person.id_last4, *pupil.hours]
            if not pupil.results:
                yield None, [*said, None, None, None, _("还没有")]
            for result in pupil.results:
                how = _("合格") if result.passed else _("不合格")
                yield None, [*said, result.on, result.theory, result.practice, how]

    return Listing(_("培训成绩"), columns, rows())
