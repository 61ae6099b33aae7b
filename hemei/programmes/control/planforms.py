"""What is filled in about the plan: rows of its lists, ceilings of its zones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.law.book import Book
from hemei.law.plan import ZONES
from hemei.office.forms import DayField
from hemei.programmes.control.fields import Documented, Plan, named, ticked_field
from hemei.programmes.control.wording import WORKS
from hemei.terms.day import today

LISTED_WORKS = gettext_lazy(
    "勾了的参加判定：负面清单有条款的按不符合，正面清单的按符合。都不勾的这一行只供查看。"
    "管到已经建成的房屋的才勾“现状建筑”：筛查只问勾了它的行。"
)


class PlanRowForm(Documented):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, required=False, help_text=gettext_lazy("清空就恢复成未配置。")
    )
    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )
    zone = forms.ChoiceField(label=gettext_lazy("管控分区"), required=False)
    works = ticked_field(gettext_lazy("哪些建设"), WORKS.items(), LISTED_WORKS)
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
