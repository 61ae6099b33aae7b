"""Craftsmen as a file: the columns of the import, and how each stands today; numbers masked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.queries.export import Feature, Listing, by_key
from hemei.core.queries.regions import names
from hemei.core.wording import in_words
from hemei.programmes.craftsmen.models import Certificate, Craftsman
from hemei.programmes.craftsmen.queries.people import standings
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
