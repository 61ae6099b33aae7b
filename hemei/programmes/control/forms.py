"""What is filled in about layers, a tapped spot and what a screening found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.law.book import Book
from hemei.law.lists import EXISTING, rule_id, title_of
from hemei.office.filters import FilterForm
from hemei.office.forms import DayField, OfficeForm, dress
from hemei.programmes.control.actions.layers import WIDEST_ROAD_M
from hemei.programmes.control.fields import Plan, visibility_field
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import Decided
from hemei.programmes.control.offering import NewLayer
from hemei.programmes.control.reading import Wanted
from hemei.programmes.control.wording import USES, WORKS
from hemei.terms.day import today


class LayerForm(OfficeForm):
    kind = forms.ChoiceField(label=gettext_lazy("哪个图层"))
    file = forms.FileField(
        label=gettext_lazy("图层文件"),
        help_text=gettext_lazy(
            "GeoPackage、GeoJSON、GeoParquet，或打成 .zip 的 Shapefile；高程传 GeoTIFF，几块的打成一个 .zip。"
            "要写明坐标系，涉密数据不得装入本系统。"
        ),
    )
    visibility = visibility_field()
    publisher = forms.CharField(label=gettext_lazy("发布单位"), max_length=80)
    document = forms.CharField(label=gettext_lazy("文件和文号"), max_length=160, required=False)
    starts = DayField(label=gettext_lazy("从哪天起有效"), initial=today)
    ends = DayField(label=gettext_lazy("到哪天为止"), required=False)
    class_column = forms.CharField(
        label=gettext_lazy("哪一列是类别"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("分区写管控类别那一列；公路写等级那一列（国道、省道、县道、乡道）。其他图层空着。"),
    )
    tier_column = forms.CharField(label=gettext_lazy("哪一列是档（只用于分区）"), max_length=120, required=False)
    layername = forms.CharField(
        label=gettext_lazy("文件里的哪个图层"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("只有一个就空着。"),
    )
    half_width_m = forms.FloatField(
        label=gettext_lazy("中心线的假定半宽（米）"),
        min_value=0,
        max_value=WIDEST_ROAD_M,
        required=False,
        initial=0,
        help_text=gettext_lazy("公路只有中心线时填；假定范围内的房屋不作判定，到现场量。已是用地外缘的填 0。"),
    )

    def __init__(self, data: Any = None, files: Any = None, *, book: Book) -> None:
        super().__init__(data, files)
        kinds = layer_kinds(book)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("请选择")),
            *((key, kind.title) for key, kind in kinds.items()),
        ]
        dress(self)

    def layer(self) -> NewLayer:
        said = self.cleaned_data
        return NewLayer(
            kind=said["kind"],
            visibility=said["visibility"],
            publisher=said["publisher"],
            document=said["document"],
            starts=said["starts"],
            ends=said["ends"],
            half_width_m=said["half_width_m"] or 0.0,
            wanted=Wanted(said["layername"], said["class_column"], said["tier_column"]),
        )


class SpotForm(OfficeForm):
    """A tapped spot, and what somebody has in mind there."""

    lon = forms.FloatField(label=gettext_lazy("经度"), min_value=70, max_value=140)
    lat = forms.FloatField(label=gettext_lazy("纬度"), min_value=0, max_value=60)
    work = forms.ChoiceField(
        label=gettext_lazy("要做什么"),
        choices=[(key, title) for key, title in WORKS.items() if key != "existing"],
        initial="new",
    )
    use = forms.ChoiceField(label=gettext_lazy("用途"), choices=USES.items(), initial="house")
    storeys = forms.IntegerField(label=gettext_lazy("层数"), min_value=0, max_value=99, required=False)
    height_m = forms.FloatField(label=gettext_lazy("建筑高度（米）"), min_value=0, max_value=300, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("lon", "lat"):
            self.fields[name].widget.attrs["step"] = "any"


class ReasonForm(OfficeForm):
    why = forms.CharField(label=gettext_lazy("原因"), max_length=200)


OUTCOMES = [("fail", gettext_lazy("不符合")), ("unknown", gettext_lazy("待核"))]


class FindingFilterForm(FilterForm):
    rule = forms.ChoiceField(label=gettext_lazy("规则"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    outcome = forms.ChoiceField(
        label=gettext_lazy("结论"), required=False, choices=[("", gettext_lazy("全部")), *OUTCOMES]
    )

    def __init__(self, data: Any, *, within: Scope, book: Book, plan: Plan) -> None:
        self.book, self.plan = book, plan
        super().__init__(data, within=within)

    def offer(self, within: Scope) -> None:
        super().offer(within)
        rules = {rule.id: rule.title for rule in self.book.rules}
        rows = [rule_id(row) for rows in self.plan.values() for row in rows if EXISTING in row.works]
        rules |= {name: title_of(name, self.plan) for name in rows}
        self.let("rule", [("", _("全部规则")), *rules.items()])


class DecisionForm(OfficeForm):
    decided = forms.ChoiceField(
        label=gettext_lazy("认定"),
        choices=[
            (Decided.EXISTING, gettext_lazy("既有：历史形成，登记在案，不立案")),
            (Decided.CASE, gettext_lazy("立案：确认不符合，交有关单位处理")),
            (Decided.WRONG, gettext_lazy("不属实：现场核实后符合，或图层、位置有误")),
        ],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=gettext_lazy("依据或说明"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("例如现场核实的日期和人、批准文号、建成年份。"),
    )
