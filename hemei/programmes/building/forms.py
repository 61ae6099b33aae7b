"""What is filled in about permits."""

from __future__ import annotations

from datetime import date
from typing import Any

import shapely
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.actions.case import Brought
from hemei.core.actions.evidence import NewFile
from hemei.core.lifecycle import Need, Step
from hemei.core.models import Household, Person
from hemei.core.queries.parameter import parameter
from hemei.office.filters import FilterForm, region_choices, search_field
from hemei.office.forms import DayField, OfficeForm, dress
from hemei.office.steps import Datetime
from hemei.programmes.building.actions.applying import Filed, old_houses
from hemei.programmes.building.actions.asked import MEASURED, WRITTEN
from hemei.programmes.building.gates import clause
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Design, Fate, Land, Opinion, Permit, Tri, Work
from hemei.programmes.building.queries.patterns import PatternFilter, of_district
from hemei.programmes.building.queries.permits import PermitFilter
from hemei.programmes.building.queries.placing import House, approvals_in, going, house_drawn
from hemei.programmes.building.queries.standing import certified_persons
from hemei.programmes.building.shapes import MOST_TEXT, ring_of, written
from hemei.programmes.building.wording import CONVENED, NOTES, PHOTOS
from hemei.terms.day import today
from hemei.terms.verdict import Outcome


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


def _number(label: Any, *, required: bool = True, least: float = 0, most: float = 50_000) -> forms.FloatField:
    widget = forms.NumberInput({"step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, required=required, min_value=least, max_value=most, widget=widget)


def words_field(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=2000, widget=forms.Textarea({"rows": 3}))


def text_field(label: Any, length: int, *, required: bool = False, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=hint)


def _corners(label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    said = hint or gettext_lazy("在地图上画，或者照测量成果填：每个角写“经度,纬度”，角与角之间空一格。")
    return forms.CharField(
        label=label, max_length=MOST_TEXT, required=required, widget=forms.Textarea({"rows": 2}), help_text=said
    )


def _wings() -> forms.CharField:
    said = gettext_lazy(
        "只有带厢房、带天井、不是长方形的房子才填：在地图上沿外墙一个角一个角地画；填了它，就不看面宽和进深。"
        "四面有房的天井不算占地，另起一圈，用“|”隔开。"
    )
    return _corners(gettext_lazy("房屋外墙的角点"), hint=said)


def _choice(label: Any, choices: Any, *, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, help_text=hint)


def _photos(verb: str) -> Any:
    return PHOTOS.get(verb, gettext_lazy("照片或扫描件"))


class ApplicationForm(OfficeForm):
    """What the paper of the household says, in its order."""

    work = forms.ChoiceField(label=gettext_lazy("建房类型"), choices=Work.choices)
    old_place = forms.ChoiceField(
        label=gettext_lazy("是哪一处旧房"),
        required=False,
        help_text=gettext_lazy("翻建、改扩建、加层、危房重建、搬迁都要选。"),
    )
    old_fate = _choice(gettext_lazy("旧房怎么处置"), Fate.choices)
    reason = text_field(gettext_lazy("申请理由"), 300, required=True)
    address = text_field(gettext_lazy("建房地点"), 200, required=True)
    bounds = text_field(
        gettext_lazy("四至"), 200, required=True, hint=gettext_lazy("例如：东至村道，南至李家，西至河沟，北至菜地。")
    )
    land = _choice(gettext_lazy("占用什么地"), Land.choices)
    plot_m2 = _number(gettext_lazy("宅基地面积（平方米）"))
    footprint_m2 = _number(gettext_lazy("基底面积（平方米）"))
    floor_area_m2 = _number(gettext_lazy("建筑面积（平方米）"))
    storeys = forms.IntegerField(label=gettext_lazy("层数"), min_value=1, max_value=30)
    eaves_m = _number(gettext_lazy("檐口高度（米）"), required=False, most=100)
    height_m = _number(gettext_lazy("总高度（米）"), required=False, most=100)
    structure = text_field(gettext_lazy("结构"), 40)
    roof = text_field(gettext_lazy("屋面样式和颜色"), 60)
    walls = text_field(gettext_lazy("外墙材料和颜色"), 60)
    pattern = forms.ChoiceField(label=gettext_lazy("选用图集里的哪个户型"), required=False)
    design = _choice(gettext_lazy("设计"), Design.choices, hint=gettext_lazy("二层以上要有。"))
    design_by = text_field(gettext_lazy("图集户型或设计单位"), 80)
    conversion = text_field(gettext_lazy("农用地转用批文"), 80)
    forest = _choice(gettext_lazy("在不在林地"), Tri.choices)
    forest_consent = text_field(gettext_lazy("占用林地的同意文件"), 80)
    reserve = _choice(gettext_lazy("在不在国家公园或自然保护区"), Tri.choices)
    reserve_consent = text_field(gettext_lazy("公园、保护区的同意文件"), 80)
    joint = forms.BooleanField(label=gettext_lazy("要几个部门联合办理（期限按联合办理算）"), required=False)
    lon = _number(gettext_lazy("经度"), required=False, least=-180, most=180)
    lat = _number(gettext_lazy("纬度"), required=False, least=-85, most=85)
    width_m = _number(gettext_lazy("面宽（米）"), required=False, most=100)
    depth_m = _number(gettext_lazy("进深（米）"), required=False, most=100)
    turn = _number(gettext_lazy("朝向转角（度）"), required=False, most=360)
    house_shape = _wings()
    plot_shape = _corners(gettext_lazy("宅基地界线的角点"))

    def __init__(self, household: Household, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.household = household
        self.fields["files"] = forms.Field(label=_photos("permit.apply"), required=False)
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

    lon = _number(gettext_lazy("经度"), least=-180, most=180)
    lat = _number(gettext_lazy("纬度"), least=-85, most=85)
    width_m = _number(gettext_lazy("面宽（米）"), least=1, most=100)
    depth_m = _number(gettext_lazy("进深（米）"), least=1, most=100)
    turn = _number(gettext_lazy("朝向转角（度）"), required=False, most=360)
    house_shape = _wings()
    plot_shape = _corners(gettext_lazy("宅基地界线的角点"))
    work = forms.ChoiceField(label=gettext_lazy("建房类型"), choices=Work.choices, required=False)
    storeys = forms.IntegerField(label=gettext_lazy("层数"), required=False, min_value=1, max_value=30)
    eaves_m = _number(gettext_lazy("檐口高度（米）"), required=False, most=100)
    height_m = _number(gettext_lazy("总高度（米）"), required=False, most=100)

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


class StepForm(OfficeForm):
    """One form for every step: what the declared graph says it needs, and what the step asks besides."""

    at = forms.DateTimeField(
        label=gettext_lazy("什么时候"),
        required=False,
        widget=Datetime(),
        help_text=gettext_lazy("空着就是现在；事后补记时填当时的时间。"),
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, step: Step, permit: Permit, data: Any = None) -> None:
        seen = permit.steps.order_by("-id").values_list("id", flat=True).first()
        super().__init__(data, initial={"after": seen})
        self.step, self.permit = step, permit
        own = OWN.get(step.verb, lambda permit: {})(permit)
        self.own = list(own)
        self.fields.update(own)
        wanted = Need.NOTE in step.needs
        self.fields["note"] = words_field(NOTES.get(step.verb, gettext_lazy("说明")), required=wanted)
        self.fields["files"] = forms.Field(label=_photos(step.verb), required=False)
        self.order_fields([*self.own, "files", "note", "at"])
        dress(self)

    def brought(self, files: list[NewFile]) -> Brought:
        """What the person brings to the step, as the action takes it."""
        said = self.cleaned_data
        data = {name: _kept(said.get(name)) for name in self.own if said.get(name) not in (None, "")}
        if self.step.verb == "permit.accept":
            data = {"as_built": data}
        if "craftsman" in data:
            data["craftsman"] = int(data["craftsman"])
        return Brought(at=said["at"], note=said["note"].strip(), files=files, data=data, after=said["after"])


class RefileForm(ApplicationForm):
    """The application once more, with what was mended."""

    note = words_field(NOTES["permit.resubmit"])
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, permit: Permit, data: Any = None) -> None:
        seen = permit.steps.order_by("-id").values_list("id", flat=True).first()
        was = {name: getattr(permit, name) for name in self.base_fields if hasattr(permit, name)}
        was |= {"plot_shape": written(permit.plot)}
        was |= {"house_shape": written(permit.footprint) if permit.width_m is None else ""}
        was |= {"old_place": permit.old_place_id or "", "pattern": permit.pattern_id or "", "after": seen}
        super().__init__(permit.household, data, was)
        self.order_fields(["note"])

    def brought(self, files: list[NewFile]) -> Brought:
        said = self.cleaned_data
        return Brought(note=said["note"].strip(), files=files, data={"filed": self.filed().said()}, after=said["after"])


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _people(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100_000)


def _meeting(permit: Permit) -> dict[str, forms.Field]:
    return {
        "convened": forms.ChoiceField(
            label=gettext_lazy("是哪一种会"), choices=list(CONVENED.items()), widget=forms.RadioSelect
        ),
        "entitled": _people(gettext_lazy("应到多少人（户）")),
        "present": _people(gettext_lazy("到会多少人（户）")),
        "in_favour": _people(gettext_lazy("同意多少人（户）")),
    }


def _objections(permit: Permit) -> dict[str, forms.Field]:
    return {
        "objections": text_field(gettext_lazy("有什么异议"), 500, hint=gettext_lazy("没有就空着。")),
        "settled": text_field(gettext_lazy("异议怎么处理的"), 500),
    }


def _decision(permit: Permit) -> dict[str, forms.Field]:
    issuers = {name: _set(f"{name}.issuer", permit) for name in ("planning", "permit")}
    made: dict[str, forms.Field] = {
        "planning_number": text_field(gettext_lazy("乡村建设规划许可证号"), 40, required=True),
        "planning_issuer": text_field(gettext_lazy("规划许可发证单位"), 80, required=True),
        "land_number": text_field(gettext_lazy("宅基地批准书号"), 40, required=True),
        "land_issuer": text_field(gettext_lazy("宅基地批准书发证单位"), 80, required=True),
    }
    made["planning_issuer"].initial, made["land_issuer"].initial = issuers["planning"], issuers["permit"]
    return made


def _set(key: str, permit: Permit) -> str:
    return str(parameter(f"building.{key}", region=permit.region, on=today()).value or "")


def _refusal(permit: Permit) -> dict[str, forms.Field]:
    clauses = ("land.62", "land.44", "planning.41", "villages.21", "land_rules.34", "forest.37", "reserve.2026-830")
    appeal = text_field(
        gettext_lazy("救济途径"),
        500,
        required=True,
        hint=gettext_lazy("向谁、在多少天内申请复议或起诉，写在决定书上。"),
    )
    appeal.initial = _set("appeal", permit)
    return {
        "clause": forms.ChoiceField(
            label=gettext_lazy("依据哪一条"), choices=[(clause(key).citation, clause(key).citation) for key in clauses]
        ),
        "document": text_field(gettext_lazy("决定书文号"), 160, required=True),
        "appeal": appeal,
    }


def _builder(permit: Permit) -> dict[str, forms.Field]:
    fit = certified_persons(permit.region, within=Scope.of(permit.region), on=today())
    named = Person.objects.filter(pk__in=fit).order_by("name", "pk").values_list("pk", "name", "phone_masked")
    choices = [
        (str(key), f"{name} {phone} · {_('能上岗') if fit[key] else _('现在不能上岗')}") for key, name, phone in named
    ]
    return {
        "craftsman": _choice(gettext_lazy("带头工匠"), [("", gettext_lazy("不由工匠施工")), *choices]),
        "firm": text_field(gettext_lazy("有资质的施工单位"), 80),
    }


def _stage(permit: Permit) -> dict[str, forms.Field]:
    stages = listed_in("stages", region=permit.region, on=today())
    return {"stage": forms.ChoiceField(label=gettext_lazy("查的是哪个阶段"), choices=[(s, s) for s in stages])}


def _as_built(permit: Permit) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {}
    if permit.footprint:
        hint = gettext_lazy("沿着建成的外墙一个角一个角地点，或照测量成果填；天井另起一圈，用“|”隔开。")
        made["footprint"] = _corners(gettext_lazy("建成的房屋轮廓（图上）"), required=True, hint=hint)
    for name in (*MEASURED, *WRITTEN):
        label = Permit._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        approved = getattr(permit, name)
        needed = approved not in (None, "")
        if name == "storeys":
            made[name] = forms.IntegerField(label=label, min_value=1, max_value=99)
        elif name in MEASURED:
            made[name] = _number(label, required=needed)
        else:
            made[name] = text_field(label, 60, required=needed)
        if needed:
            shown = f"{approved:g}" if isinstance(approved, float) else approved
            made[name].help_text = _("批准的是 %(value)s") % {"value": shown}
    return made


def _document(permit: Permit) -> dict[str, forms.Field]:
    return {"document": text_field(gettext_lazy("依据的文件和文号"), 160, required=True)}


def _certificate(permit: Permit) -> dict[str, forms.Field]:
    return {"certificate": text_field(gettext_lazy("不动产权证号"), 80, hint=gettext_lazy("还没有办下来就空着。"))}


OWN: dict[str, Any] = {
    "permit.agree": _meeting,
    "permit.close_notice": _objections,
    "permit.approve": _decision,
    "permit.refuse": _refusal,
    "permit.set_out": _builder,
    "permit.inspect": _stage,
    "permit.accept": _as_built,
    "permit.lapse": _document,
    "permit.register": _certificate,
}


class Somewhere(OfficeForm):
    """A form that also asks for which village, of those where this person may."""

    region = forms.ChoiceField(label=gettext_lazy("哪个村"))

    def __init__(self, data: Any = None, *, within: Scope) -> None:
        super().__init__(data)
        self.fields["region"].choices = region_choices(within, all_of=_("请选择"))  # type: ignore[attr-defined]


class OpinionForm(OfficeForm):
    office = forms.ChoiceField(label=gettext_lazy("哪个部门"))
    said = forms.ChoiceField(label=gettext_lazy("意见"), choices=Opinion.Said.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, help_text=gettext_lazy("不同意的要写明哪里不行。")
    )

    def __init__(self, permit: Permit, data: Any = None) -> None:
        super().__init__(data)
        offices = listed_in("offices", region=permit.region, on=today())
        self.fields["office"].choices = [(name, name) for name in offices]  # type: ignore[attr-defined]


class VisitForm(OfficeForm):
    kind = forms.ChoiceField(label=gettext_lazy("哪一次到场"))
    on = DayField(label=gettext_lazy("哪一天"), initial=today)
    people = forms.CharField(
        label=gettext_lazy("到场的人"), max_length=200, help_text=gettext_lazy("用顿号隔开；签字的现场记录一起拍下来。")
    )
    found = forms.CharField(
        label=gettext_lazy("看到什么、量了多少"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, permit: Permit, data: Any = None) -> None:
        super().__init__(data)
        self.fields["files"] = forms.Field(label=gettext_lazy("现场照片和签字的记录"), required=False)
        kinds = listed_in("visits", region=permit.region, on=today())
        self.fields["kind"].choices = [(name, name) for name in kinds]  # type: ignore[attr-defined]


class OnSiteForm(OfficeForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("现场认定"),
        choices=[(str(Outcome.PASS), gettext_lazy("符合")), (str(Outcome.FAIL), gettext_lazy("不符合"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("怎么认定的"), max_length=500, widget=forms.Textarea({"rows": 3}))


class SetAsideForm(OfficeForm):
    document = forms.CharField(label=gettext_lazy("依据的文件和文号"), max_length=160)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500, widget=forms.Textarea({"rows": 3}))


class Several(forms.FileInput):
    """An input for several files at once."""

    allow_multiple_selected = True


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


class BookForm(OfficeForm):
    book = forms.FileField(label=gettext_lazy("图集工作簿（.xlsx、.csv）"))
    drawings = forms.Field(label=gettext_lazy("图片和 PDF 图纸"), required=False, widget=Several({"multiple": True}))


class BookFilterForm(forms.Form):
    """A filter for anybody, on an old telephone. What it does not understand it leaves out."""

    style = forms.ChoiceField(label=gettext_lazy("风貌类型"), required=False)
    storeys = forms.IntegerField(label=gettext_lazy("层数"), required=False, min_value=1, max_value=30)
    plot = forms.FloatField(label=gettext_lazy("宅基地有多大（平方米）"), required=False, min_value=1, max_value=10_000)

    def __init__(self, data: Any, *, styles: list[str]) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["class"] = "words"
        self.fields["style"].choices = [("", _("全部")), *((one, one) for one in styles)]  # type: ignore[attr-defined]
        self.is_valid()

    def where(self) -> PatternFilter:
        said = self.cleaned_data
        return PatternFilter(said.get("style") or "", said.get("storeys"), said.get("plot"))


class SignForm(OfficeForm):
    """Nothing to fill in: the button is the signature."""
