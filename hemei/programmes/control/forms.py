"""What is filled in about layers, rules and screenings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.law.book import Book
from hemei.law.clauses import plain_title, whole_article
from hemei.law.lists import EXISTING, rule_id, title_of
from hemei.law.plan import TIERS, ZONES, Row
from hemei.law.rules import EVERYWHERE, USE_TITLES, WORK_TITLES, Rule
from hemei.office.filters import FilterForm, search_field
from hemei.office.forms import DayField, OfficeForm, dress
from hemei.programmes.control.actions.layers import WIDEST_ROAD_M
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import Decided, Visibility
from hemei.programmes.control.offering import NewLayer
from hemei.programmes.control.reading import Wanted
from hemei.programmes.control.wording import KINDS
from hemei.programmes.control.writing_clauses import Cited
from hemei.programmes.control.writing_rules import Written
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

Plan = Mapping[str, tuple[Row, ...]]


def _visibility() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("公开范围"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        initial=Visibility.INTERNAL,
        help_text=gettext_lazy("内部图层：公众只看到符合、不符合或到窗口核实，以及条款，看不到图形和数值。"),
    )


class LayerForm(OfficeForm):
    kind = forms.ChoiceField(label=gettext_lazy("哪个图层"))
    file = forms.FileField(
        label=gettext_lazy("图层文件"),
        help_text=gettext_lazy(
            "GeoPackage、GeoJSON、GeoParquet，或打成 .zip 的 Shapefile；高程传 GeoTIFF。"
            "要写明坐标系，涉密数据不得装入本系统。"
        ),
    )
    visibility = _visibility()
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
        choices=[(key, title) for key, title in WORK_TITLES.items() if key != "existing"],
        initial="new",
    )
    use = forms.ChoiceField(label=gettext_lazy("用途"), choices=USE_TITLES.items(), initial="house")
    storeys = forms.IntegerField(label=gettext_lazy("层数"), min_value=0, max_value=99, required=False)
    height_m = forms.FloatField(label=gettext_lazy("建筑高度（米）"), min_value=0, max_value=300, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("lon", "lat"):
            self.fields[name].widget.attrs["step"] = "any"


LISTED_WORKS = gettext_lazy(
    "勾了的参加判定：负面清单有条款的按不符合，正面清单的按符合。都不勾的这一行只供查看。"
    "管到已经建成的房屋的才勾“现状建筑”：筛查只问勾了它的行。"
)


def _ticked(label: Any, choices: Any, hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        help_text=hint,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )


class Documented(OfficeForm):
    """Whatever changes the district's own law names what it rests on."""

    said = forms.CharField(label=gettext_lazy("依据的文件和文号"), max_length=200)


class RuleForm(OfficeForm):
    """One of the district's own rules, with its clause and its number."""

    title = forms.CharField(label=gettext_lazy("规则名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("做什么"), choices=[(kind.value, said) for kind, said in KINDS.items()])
    layer = forms.ChoiceField(label=gettext_lazy("在哪个图层"))
    of = forms.CharField(
        label=gettext_lazy("只管哪一类"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("公路等分类的图层才填。"),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("量什么"),
        choices=[(one.value, one.label) for one in Measure],
        help_text=gettext_lazy("禁止和只许清单内按图层内面积；后退距离按距离；限高、限密度按所限的量。"),
    )
    value = forms.FloatField(
        label=gettext_lazy("数值"),
        min_value=0,
        max_value=1e6,
        required=False,
        help_text=gettext_lazy(
            "米、层、平方米；建筑密度和占比写小数，例如 0.3。按面积禁止的不填。没有数值就不作判定。"
        ),
    )
    zone = forms.ChoiceField(label=gettext_lazy("数值只用于哪类分区"), required=False)
    tier = forms.ChoiceField(label=gettext_lazy("数值只用于哪一档"), required=False)
    within_m = forms.FloatField(
        label=gettext_lazy("图层周围多少米以内"),
        min_value=0,
        max_value=5000,
        required=False,
        help_text=gettext_lazy("限高、限密度等用；0 是只在图层里。"),
    )
    starts = DayField(
        label=gettext_lazy("从哪天起"),
        initial=today,
        help_text=gettext_lazy("从这天起按这一版，以前的日子照旧按前一版。要改正某一版，就填它原来的起始日。"),
    )
    ends = DayField(label=gettext_lazy("规则到哪天为止"), required=False)
    uses = _ticked(gettext_lazy("管哪些用途"), USE_TITLES.items(), gettext_lazy("都不勾就是各种用途。"))
    works = _ticked(
        gettext_lazy("管哪些建设"), WORK_TITLES.items(), gettext_lazy("都不勾就是各种建设，公共项目也在内。")
    )
    allows = _ticked(gettext_lazy("只许哪些建设"), WORK_TITLES.items(), gettext_lazy("只用于“只许清单内”。"))
    document = forms.CharField(label=gettext_lazy("依据的文件"), max_length=120)
    number = forms.CharField(label=gettext_lazy("文号"), max_length=80, required=False)
    article = forms.CharField(label=gettext_lazy("第几条"), max_length=60)
    issuer = forms.CharField(label=gettext_lazy("谁发布的"), max_length=80, required=False)
    text = forms.CharField(
        label=gettext_lazy("条文原文"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("照文件抄；没有见到原文就空着，页面会注明“原文未见”。"),
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, book: Book, plan: Plan, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        layers = [(EVERYWHERE, _("全区")), *((key, kind.title) for key, kind in book.layers.items())]
        for name, choices in (("layer", layers), ("zone", named(plan, ZONES)), ("tier", named(plan, TIERS))):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_document(self) -> str:
        return plain_title(self.cleaned_data["document"])

    def clean_article(self) -> str:
        return whole_article(self.cleaned_data["article"])

    def written(self) -> Written:
        said = dict(self.cleaned_data)
        said |= {"kind": Kind(said["kind"]), "measure": Measure(said["measure"]), "within_m": said["within_m"] or 0.0}
        return Written(**said)


def named(plan: Plan, table: str) -> list[tuple[str, str]]:
    """The rows of a table that have a name, to choose from."""
    return [("", _("各区都一样")), *((row.name, row.shown) for row in plan.get(table, ()) if row.name)]


class ClauseForm(OfficeForm):
    """The other clauses on which a rule rests: which stay, one that is known, or one that is written."""

    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)
    kept = _ticked(gettext_lazy("现在还依据这些条款"), (), gettext_lazy("去掉勾就不再引用。"))
    known = forms.ChoiceField(label=gettext_lazy("再加一条已登记的"), required=False)
    document = forms.CharField(
        label=gettext_lazy("或者写一条：文件"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("不新写就空着。"),
    )
    number = forms.CharField(label=gettext_lazy("文号"), max_length=80, required=False)
    article = forms.CharField(label=gettext_lazy("第几条"), max_length=60, required=False)
    issuer = forms.CharField(label=gettext_lazy("谁发布的"), max_length=80, required=False)
    text = forms.CharField(
        label=gettext_lazy("条文原文"), max_length=4000, required=False, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, data: Any = None, *, book: Book, rule: Rule) -> None:
        super().__init__(data, initial={"kept": rule.also})
        cited = [(name, book.clauses[name].citation) for name in rule.also]
        others = [(name, one.citation) for name, one in book.clauses.items() if name not in (rule.clause, *rule.also)]
        self.fields["kept"].choices = cited  # type: ignore[attr-defined]
        self.fields["known"].choices = [("", _("不加")), *others]  # type: ignore[attr-defined]
        if not cited:
            del self.fields["kept"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said["document"] = plain_title(said.get("document", ""))
        said["article"] = whole_article(said.get("article", ""))
        words = [said.get(name) for name in ("document", "number", "article", "issuer", "text")]
        if any(words):
            for name in ("document", "article"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("新写一条，文件和第几条都要写。"))
        return said

    def written(self) -> Cited | None:
        said = self.cleaned_data
        if not said["document"]:
            return None
        return Cited(said["document"], said["article"], said["starts"], said["number"], said["issuer"], said["text"])


class LayerKindForm(Documented):
    """A kind of layer that the nation's rules do not know."""

    title = forms.CharField(label=gettext_lazy("图层名称"), max_length=60)
    visibility = _visibility()
    classes = forms.CharField(
        label=gettext_lazy("分哪几类"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("不分类就空着；分类的用顿号隔开，例如：一级、二级。规则可以只管其中一类。"),
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)
    field_order = ("title", "visibility", "classes", "note", "said")

    def kind(self) -> dict[str, Any]:
        said = self.cleaned_data
        classes = [word for word in re.split(r"[\s,，、;；]+", said["classes"]) if word]
        return {key: said[key] for key in ("title", "visibility", "note")} | {"classes": list(dict.fromkeys(classes))}


class LawFilterForm(FilterForm):
    """The law of which day, and the words that a rule or its clause is found by."""

    q = search_field(gettext_lazy("找条款"), gettext_lazy("文件、第几条、条文或规则里的字"))
    on = DayField(label=gettext_lazy("哪一天的规则"), required=False)

    def offer(self, within: Scope) -> None:
        pass

    @property
    def day(self) -> date:
        chosen: date = self.chosen["on"] or today()  # type: ignore[assignment]
        return chosen

    @property
    def text(self) -> str:
        return str(self.chosen["q"]).strip()


class PlanRowForm(Documented):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, required=False, help_text=gettext_lazy("清空就恢复成未配置。")
    )
    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )
    zone = forms.ChoiceField(label=gettext_lazy("管控分区"), required=False)
    works = _ticked(gettext_lazy("哪些建设"), WORK_TITLES.items(), LISTED_WORKS)
    starts = DayField(label=gettext_lazy("从哪天起"), required=False, help_text=gettext_lazy("没有写明就空着。"))
    ends = DayField(label=gettext_lazy("到哪天为止"), required=False)
    clause = forms.ChoiceField(label=gettext_lazy("依据的条款"), required=False)

    def __init__(self, data: Any = None, *, book: Book, plan: Plan, is_list: bool, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        own = [(key, clause.citation) for key, clause in book.clauses.items()]
        self.fields["clause"].choices = [("", _("没有写明")), *own]  # type: ignore[attr-defined]
        if is_list:
            self.fields["zone"].choices = named(plan, ZONES)  # type: ignore[attr-defined]
        else:
            for name in ("zone", "works", "starts", "ends"):
                del self.fields[name]

    def row(self) -> dict[str, Any]:
        """As it is kept; its days as text."""
        said = {key: value for key, value in self.cleaned_data.items() if key not in ("said", "starts", "ends")}
        days = {"from": self.cleaned_data.get("starts"), "to": self.cleaned_data.get("ends")}
        return said | {key: day.isoformat() for key, day in days.items() if day}


class CeilingForm(Documented):
    zone = forms.ChoiceField(label=gettext_lazy("哪个分区"))
    m2 = forms.FloatField(label=gettext_lazy("建筑面积上限（平方米）"), min_value=0, max_value=1e10)
    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)

    def __init__(self, data: Any = None, *, zones: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.zones = zones
        choices = [(str(number), " ".join(filter(None, key))) for number, key in enumerate(zones)]
        self.fields["zone"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]

    def entry(self) -> dict[str, Any]:
        said = self.cleaned_data
        zone, tier = self.zones[int(said["zone"])]
        day = said["starts"].isoformat()
        return {"zone": zone, "tier": tier, "m2": said["m2"], "from": day, "document": said["said"]}


class CircleForm(Documented):
    """The circle round a building in which density and floor area ratio are counted."""

    radius_m = forms.FloatField(
        label=gettext_lazy("圆的半径（米）"),
        min_value=10,
        max_value=500,
        help_text=gettext_lazy("以房屋的中心画圆，圆内的基底面积除以圆的面积。半径由区里定。"),
    )
    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)

    def entry(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"radius_m": said["radius_m"], "from": said["starts"].isoformat(), "document": said["said"]}


class SteepForm(Documented):
    """From how many degrees on ground is steep."""

    degrees = forms.FloatField(
        label=gettext_lazy("多少度起算陡坡"),
        min_value=5,
        max_value=85,
        help_text=gettext_lazy("由高程算出的坡度达到这个度数的像元算陡坡，坡脚从它的边量起。"),
    )
    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)

    def entry(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"degrees": said["degrees"], "from": said["starts"].isoformat(), "document": said["said"]}


class RepealForm(Documented):
    """A document ceased to hold: until when, by what, and what becomes of the rules that rest on it."""

    last = DayField(label=gettext_lazy("有效到哪天为止"))
    by = forms.CharField(label=gettext_lazy("由什么文件废止或替代（名称和文号）"), max_length=160)
    rules = forms.ChoiceField(
        label=gettext_lazy("依据它的规则"),
        widget=forms.RadioSelect,
        initial="stay",
        help_text=gettext_lazy("新规定多半还管同样的事：没有查清以前，选照判，免得禁止的事不声不响就放开了。"),
    )
    field_order = ("last", "by", "rules", "said")

    def __init__(self, data: Any = None, *, initial: Any = None, is_recorded: bool = False) -> None:
        super().__init__(data, initial=initial)
        choices = [
            ("stay", _("照判，标明效力待核，等新条款录入")),
            ("end", _("失效：从第二天起不再判")),
            *([("never", _("撤回这条记录：它一直有效"))] if is_recorded else []),
        ]
        self.fields["rules"].choices = choices  # type: ignore[attr-defined]

    def row(self, document: str) -> dict[str, Any] | None:
        """As it is kept; None where the record is taken back."""
        said = self.cleaned_data
        if said["rules"] == "never":
            return None
        row = {"document": document, "last": said["last"].isoformat(), "by": said["by"].strip()}
        return row | {"ends_rules": said["rules"] == "end", "said": said["said"]}


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
