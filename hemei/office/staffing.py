"""Forms for units, accounts and duties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.actions.unit import NewDuty
from hemei.core.models import Account, Unit, UnitKind
from hemei.core.registry import registry
from hemei.core.roles import ROLES
from hemei.office.filters import FilterForm, region_choices, search_field
from hemei.office.forms import DayField, OfficeForm, dress
from hemei.terms.day import today
from hemei.terms.region import successor


class UnitFilterForm(FilterForm):
    q = search_field(gettext_lazy("找单位或人"), gettext_lazy("单位名称或人名"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    unit_kind = forms.ChoiceField(
        label=gettext_lazy("类别"), required=False, choices=[("", gettext_lazy("全部类别")), *UnitKind.choices]
    )
    order = forms.ChoiceField(
        label=gettext_lazy("顺序"),
        required=False,
        choices=[
            ("", gettext_lazy("按区域")),
            ("name", gettext_lazy("按名称")),
            ("kind", gettext_lazy("按类别")),
            ("newest", gettext_lazy("新建立的在前")),
        ],
    )
    closed = forms.BooleanField(label=gettext_lazy("含已撤销"), required=False)

    @property
    def ordering(self) -> tuple[str, ...]:
        orders = {"name": ("name", "id"), "kind": ("kind", "region", "id"), "newest": ("-id",)}
        return orders.get(str(self.chosen["order"]), ("region", "id"))

    def narrowed(self, rows: QuerySet[Unit]) -> QuerySet[Unit]:
        chosen = self.chosen
        if chosen["region"]:
            rows = rows.filter(region__gte=chosen["region"], region__lt=successor(str(chosen["region"])))
        if chosen["unit_kind"]:
            rows = rows.filter(kind=chosen["unit_kind"])
        if not chosen["closed"]:
            rows = rows.filter(closed_on=None)
        if chosen["q"]:
            staffed = Q(duties__account__name__contains=chosen["q"])
            rows = rows.filter(Q(name__contains=chosen["q"]) | staffed).distinct()
        return rows


class UnitChangeForm(OfficeForm):
    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=100)
    seal_name = forms.CharField(
        label=gettext_lazy("印章名称"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("印在文书上；空着就用单位名称。"),
    )
    phone = forms.CharField(label=gettext_lazy("办公电话"), max_length=30, required=False)


class UnitForm(UnitChangeForm):
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=UnitKind.choices)
    region = forms.ChoiceField(label=gettext_lazy("服务区域"))

    def __init__(self, data: Any, *, within: Scope) -> None:
        super().__init__(data)
        self.fields["region"].choices = region_choices(within, all_of=_("请选择"))  # type: ignore[attr-defined]


class DutyFields(OfficeForm):
    """What a duty is made of, within one unit."""

    role = forms.ChoiceField(label=gettext_lazy("岗位"))
    region = forms.ChoiceField(label=gettext_lazy("负责区域"))
    matter = forms.ChoiceField(label=gettext_lazy("事项"))
    starts = DayField(label=gettext_lazy("开始日期"), initial=today)
    ends = DayField(label=gettext_lazy("结束日期"), required=False)

    def __init__(self, unit: Unit, data: Any = None) -> None:
        super().__init__(data)
        self.unit = unit
        regions = region_choices(Scope.of(unit.region), all_of=_("请选择"))
        self.let("region", regions)
        self.let("role", [(role.key, str(role.name)) for role in ROLES.values()])
        self.let("matter", [("*", _("全部事项")), *((p.key, str(p.title)) for p in registry.programmes.values())])

    def let(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def duty(self) -> NewDuty:
        said = self.cleaned_data
        return NewDuty(self.unit, said["role"], said["region"], said["starts"], said["ends"], said["matter"])


class AccountForm(DutyFields):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    username = forms.RegexField(
        r"^[a-zA-Z0-9._-]+$",
        label=gettext_lazy("用户名"),
        max_length=60,
        help_text=gettext_lazy("字母、数字、点、横线；登录时用。"),
    )
    phone = forms.CharField(
        label=gettext_lazy("手机"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("接收紧急通知；加密保存，只显示前三位和后两位。"),
    )
    field_order = ("name", "username", "phone", "role", "region", "matter", "starts", "ends")


class DutyForm(DutyFields):
    account = forms.ModelChoiceField(
        label=gettext_lazy("人员"), queryset=Account.objects.none(), empty_label=gettext_lazy("请选择")
    )
    field_order = ("account", "role", "region", "matter", "starts", "ends")

    def __init__(self, unit: Unit, data: Any = None, *, accounts: QuerySet[Account]) -> None:
        super().__init__(unit, data)
        self.fields["account"].queryset = accounts.filter(is_active=True)  # type: ignore[attr-defined]
        dress(self)
