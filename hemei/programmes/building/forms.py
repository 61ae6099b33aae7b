"""What is filled in about permits: lists, the application, a house on the map, working days."""

from __future__ import annotations

from typing import Any

import shapely
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.models import Household
from hemei.office.filters import FilterForm, region_choices, search_field
from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.building.actions.applying import Filed, old_houses
from hemei.programmes.building.fields import (
    choice_field,
    corners_field,
    number_field,
    photos_label,
    text_field,
    wings_field,
)
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import Design, Fate, Land, Tri, Work
from hemei.programmes.building.queries.patterns import of_district
from hemei.programmes.building.queries.permits import PermitFilter
from hemei.programmes.building.queries.placing import House, approvals_in, going, house_drawn
from hemei.programmes.building.shapes import ring_of


class PermitFilterForm(FilterForm):
    usual = {"state": "open"}
    q = search_field(gettext_lazy("找申请"), gettext_lazy("户主姓名、许可编号或地点"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[
            ("open", gettext_lazy("在办的")),
            ("", gettext_lazy("全部")),
            *((state.key, state.name) for state in LIFE.states),
        ],
    )
    work = forms.ChoiceField(
        label=gettext_lazy("建房类型"), required=False, choices=[("", gettext_lazy("全部")), *Work.choices]
    )
    late = forms.BooleanField(label=gettext_lazy("只看超期的"), required=False)

    def where(self) -> PermitFilter:
        chosen = self.chosen
        return PermitFilter(
            chosen["region"], chosen["state"], chosen["work"], chosen["q"].strip(), bool(chosen["late"])
        )


class HouseholdFilterForm(FilterForm):
    q = search_field(gettext_lazy("给哪一户申请"), gettext_lazy("户主姓名或户号"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)

    def offer(self, within: Scope) -> None:
        self.let("region", region_choices(within))


class ApplicationForm(OfficeForm):
    """What the paper of the household says, in its order."""

    work = forms.ChoiceField(label=gettext_lazy("建房类型"), choices=Work.choices)
    old_place = forms.ChoiceField(
        label=gettext_lazy("是哪一处旧房"),
        required=False,
        help_text=gettext_lazy("翻建、改扩建、加层、危房重建、搬迁都要选。"),
    )
    old_fate = choice_field(gettext_lazy("旧房怎么处置"), Fate.choices)
    reason = text_field(gettext_lazy("申请理由"), 300, required=True)
    address = text_field(gettext_lazy("建房地点"), 200, required=True)
    bounds = text_field(
        gettext_lazy("四至"), 200, required=True, hint=gettext_lazy("例如：东至村道，南至李家，西至河沟，北至菜地。")
    )
    land = choice_field(gettext_lazy("占用什么地"), Land.choices)
    plot_m2 = number_field(gettext_lazy("宅基地面积（平方米）"))
    footprint_m2 = number_field(gettext_lazy("基底面积（平方米）"))
    floor_area_m2 = number_field(gettext_lazy("建筑面积（平方米）"))
    storeys = forms.IntegerField(label=gettext_lazy("层数"), min_value=1, max_value=30)
    eaves_m = number_field(gettext_lazy("檐口高度（米）"), required=False, most=100)
    height_m = number_field(gettext_lazy("总高度（米）"), required=False, most=100)
    structure = text_field(gettext_lazy("结构"), 40)
    roof = text_field(gettext_lazy("屋面样式和颜色"), 60)
    walls = text_field(gettext_lazy("外墙材料和颜色"), 60)
    pattern = forms.ChoiceField(label=gettext_lazy("选用图集里的哪个户型"), required=False)
    design = choice_field(gettext_lazy("设计"), Design.choices, hint=gettext_lazy("二层以上要有。"))
    design_by = text_field(gettext_lazy("图集户型或设计单位"), 80)
    conversion = text_field(gettext_lazy("农用地转用批文"), 80)
    forest = choice_field(gettext_lazy("在不在林地"), Tri.choices)
    forest_consent = text_field(gettext_lazy("占用林地的同意文件"), 80)
    reserve = choice_field(gettext_lazy("在不在国家公园或自然保护区"), Tri.choices)
    reserve_consent = text_field(gettext_lazy("公园、保护区的同意文件"), 80)
    joint = forms.BooleanField(label=gettext_lazy("要几个部门联合办理（期限按联合办理算）"), required=False)
    lon = number_field(gettext_lazy("经度"), required=False, least=-180, most=180)
    lat = number_field(gettext_lazy("纬度"), required=False, least=-85, most=85)
    width_m = number_field(gettext_lazy("面宽（米）"), required=False, most=100)
    depth_m = number_field(gettext_lazy("进深（米）"), required=False, most=100)
    turn = number_field(gettext_lazy("朝向转角（度）"), required=False, most=360)
    house_shape = wings_field()
    plot_shape = corners_field(gettext_lazy("宅基地界线的角点"))

    def __init__(self, household: Household, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.household = household
        self.fields["files"] = forms.Field(label=photos_label("permit.apply"), required=False)
        book = [(str(row.pk), f"{row.style} · {row.plan} {row}") for row in of_district(household.region)]
        self.fields["pattern"].choices = [("", _("不从图集里选")), *book]  # type: ignore[attr-defined]
        houses = [(str(place.pk), f"{place.label} {place.address}".strip()) for place in old_houses(household)]
        self.fields["old_place"].choices = [("", _("没有旧房")), *houses]  # type: ignore[attr-defined]

    def add_prefix(self, field_name: str) -> str:
        """Where the house is stands apart from where its photos were taken, which the page sends as lon and lat."""
        return f"house_{field_name}" if field_name in ("lon", "lat") else super().add_prefix(field_name)

    def filed(self) -> Filed:
        said = {name: self.cleaned_data[name] for name in ApplicationForm.base_fields}
        said["old_place"] = int(said["old_place"]) if said["old_place"] else None
        said["pattern"] = int(said["pattern"]) if said["pattern"] else None
        if said["pattern"]:
            chosen = dict(self.fields["pattern"].choices)[str(said["pattern"])]  # type: ignore[attr-defined]
            said |= {"design": Design.PATTERN.value, "design_by": said["design_by"] or chosen[:80]}
        return Filed(**said, group=self.household.group)


class PlaceForm(OfficeForm):
    """A house that somebody has in mind, put on the map: nothing of it is kept."""

    lon = number_field(gettext_lazy("经度"), least=-180, most=180)
    lat = number_field(gettext_lazy("纬度"), least=-85, most=85)
    width_m = number_field(gettext_lazy("面宽（米）"), least=1, most=100)
    depth_m = number_field(gettext_lazy("进深（米）"), least=1, most=100)
    turn = number_field(gettext_lazy("朝向转角（度）"), required=False, most=360)
    house_shape = wings_field()
    plot_shape = corners_field(gettext_lazy("宅基地界线的角点"))
    work = forms.ChoiceField(label=gettext_lazy("建房类型"), choices=Work.choices, required=False)
    storeys = forms.IntegerField(label=gettext_lazy("层数"), required=False, min_value=1, max_value=30)
    eaves_m = number_field(gettext_lazy("檐口高度（米）"), required=False, most=100)
    height_m = number_field(gettext_lazy("总高度（米）"), required=False, most=100)

    def __init__(self, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        if self.data.get("house_shape", "").strip():  # whoever drew its corners has said where and how large it is
            for name in ("lon", "lat", "width_m", "depth_m"):
                self.fields[name].required = False

    def house(self, region: str) -> House:
        """Raises Mistaken for a house or a plot that is none."""
        said = self.cleaned_data
        sides = (said["lon"], said["lat"], said["width_m"], said["depth_m"], said["turn"])
        shape = house_drawn(*sides, said["house_shape"])
        assert shape is not None
        corners = said["plot_shape"].strip()
        plot = ring_of(corners, field="plot_shape") if corners else None
        return House(
            region=region,
            shape=shape,
            work=said["work"] or Work.NEW,
            plot=bytes(shapely.to_wkb(plot)) if plot else None,
            storeys=said["storeys"],
            height_m=said["height_m"],
            eaves_m=said["eaves_m"],
            approvals=approvals_in(self.data),
            instead_of=going(said["work"], self.old_place(), self.data.get("old_fate", "")),
        )

    def old_place(self) -> int | None:
        """The old house that the application names, where the map of an application asks."""
        said = self.data.get("old_place", "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


class DaysForm(OfficeForm):
    first = DayField(label=gettext_lazy("第一天"))
    last = DayField(label=gettext_lazy("最后一天"))
    what = forms.ChoiceField(
        label=gettext_lazy("这些天"),
        choices=[
            ("rest", gettext_lazy("放假")),
            ("worked", gettext_lazy("上班")),
            ("announced", gettext_lazy("照公布的，取消以前的更正")),
        ],
        widget=forms.RadioSelect,
    )
    document = text_field(gettext_lazy("依据"), 160, required=True)
