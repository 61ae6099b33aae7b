"""审计: who did what to what, unmaskings first, and whether the chain holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.models import Account
from hemei.core.queries.audit import AuditFilter, chain_state, entries, last_verified
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.core.queries.units import accounts
from hemei.core.roles import VERBS
from hemei.office.filters import NEWEST, OLDEST, FilterForm
from hemei.office.forms import DayField
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within
from hemei.office.subjects import pages_of_subjects, subject_of

UNMASKINGS = 5
SORTS = [
    ("person.unmask", gettext_lazy("查看完整证件号和电话")),
    ("person.erase", gettext_lazy("删除个人信息")),
    ("register.export", gettext_lazy("导出")),
    ("case.", gettext_lazy("隐患")),
    ("check.", gettext_lazy("检查")),
    ("place.", gettext_lazy("登记")),
    ("door.", gettext_lazy("门牌码")),
    ("key.", gettext_lazy("密钥")),
    ("collector.", gettext_lazy("手机填报钥匙")),
    ("message.", gettext_lazy("通知")),
    ("unit.", gettext_lazy("单位")),
    ("register.", gettext_lazy("导入导出")),
    ("round.", gettext_lazy("轮次")),
    ("draw.", gettext_lazy("抽查")),
    ("duty.", gettext_lazy("岗位")),
    ("account.", gettext_lazy("账号")),
    ("parameter.", gettext_lazy("参数")),
]


class AuditFilterForm(FilterForm):
    verb = forms.ChoiceField(label=gettext_lazy("做了什么"), required=False)
    account = forms.ModelChoiceField(
        label=gettext_lazy("谁"), required=False, queryset=Account.objects.none(), empty_label=gettext_lazy("所有人")
    )
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    place = forms.IntegerField(label=gettext_lazy("档案编号"), required=False, min_value=1, max_value=2**63 - 1)
    subject = forms.CharField(label=gettext_lazy("对象（如“隐患 12”）"), required=False, max_length=60)
    since = DayField(label=gettext_lazy("从"), required=False)
    until = DayField(label=gettext_lazy("到"), required=False)
    order = forms.ChoiceField(
        label=gettext_lazy("顺序"), required=False, choices=[NEWEST, OLDEST, ("region", gettext_lazy("按区域"))]
    )

    def offer(self, within: Scope) -> None:
        super().offer(within)
        self.let("verb", [("", _("全部")), *((key, str(name)) for key, name in SORTS)])
        self.fields["account"].queryset = accounts(within=within)  # type: ignore[attr-defined]

    @property
    def ordering(self) -> tuple[str, ...]:
        return {"oldest": ("id",), "region": ("region", "-id")}.get(str(self.chosen["order"]), ("-id",))

    def where(self) -> AuditFilter:
        chosen: dict[str, Any] = self.chosen
        return AuditFilter(
            verb=chosen["verb"],
            account=chosen["account"].pk if chosen["account"] else None,
            place=chosen["place"] or None,
            subject=subject_of(chosen["subject"]),
            region=chosen["region"],
            since=chosen["since"] or None,
            until=chosen["until"] or None,
        )


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "audit.view")
    form = AuditFilterForm(request.GET, within=scope)
    shown = page(entries(within=scope, where=form.where()), order=form.ordering, cursor=request.GET.get("cursor", ""))
    unmaskings = entries(within=scope, where=AuditFilter(verb="person.unmask")).order_by("-id")
    context = {
        "form": form,
        "rows": shown.rows,
        "page": Turns.of(request, shown),
        "unmaskings": unmaskings[:UNMASKINGS],
        "unmasked": unmaskings.count(),
        "chain": chain_state(),
        "verified": last_verified(),
        "region_names": names(within=scope),
        "subject_pages": pages_of_subjects(request.actor),
        "verbs": VERBS,
    }
    return render(request, "office/audit.html", context)
