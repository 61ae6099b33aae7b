"""What is filled in about rules, their clauses and their numbers."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.law.book import Book
from hemei.law.clauses import plain_title, whole_article
from hemei.law.plan import TIERS, ZONES
from hemei.law.rules import EVERYWHERE, Rule
from hemei.office.filters import FilterForm, search_field
from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.control.fields import Documented, Plan, named, ticked_field, visibility_field
from hemei.programmes.control.wording import KINDS, USES, WORKS
from hemei.programmes.control.writing_clauses import Cited
from hemei.programmes.control.writing_rules import Written
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind


class RuleForm(OfficeForm):
    """One of the district's own rules, with its clause and its number."""

    title = forms.CharField(label=gettext_lazy("规则名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("怎么管"), choices=[(kind.value, said) for kind, said in KINDS.items()])
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
    uses = ticked_field(gettext_lazy("管哪些用途"), USES.items(), gettext_lazy("都不勾就是各种用途。"))
    works = ticked_field(
        gettext_lazy("管哪些建设"), WORKS.items(), gettext_lazy("都不勾就是各种建设，公共项目也在内。")
    )
    allows = ticked_field(gettext_lazy("只许哪些建设"), WORKS.items(), gettext_lazy("只用于“只许清单内”。"))
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


class ClauseForm(OfficeForm):
    """The other clauses on which a rule rests: which stay, one that is known, or one that is written."""

    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)
    kept = ticked_field(gettext_lazy("现在还依据这些条款"), (), gettext_lazy("去掉勾就不再引用。"))
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
    visibility = visibility_field()
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
