"""What is filled in about how houses are to look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.building.actions.style import Look
from hemei.programmes.building.fields import Somewhere
from hemei.programmes.building.models import Demonstration
from hemei.terms.day import today

LISTED = gettext_lazy("几样都可以的，用顿号隔开；申请表里写到其中一样就算符合。")


def _words(label: Any, hint: Any = LISTED) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=False, help_text=hint)


def _most(label: Any, most: float) -> forms.FloatField:
    widget = forms.NumberInput({"step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, required=False, min_value=1, max_value=most, widget=widget)


class LookForm(Somewhere):
    region = forms.ChoiceField(label=gettext_lazy("在哪里"))
    zone = forms.CharField(
        label=gettext_lazy("管控分区"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("只在某个分区里这样要求的，写分区的名称；空着就是都这样。"),
    )
    name = forms.CharField(label=gettext_lazy("风貌类型"), max_length=40)
    structures = _words(gettext_lazy("结构和材料"))
    roofs = _words(gettext_lazy("屋面样式"))
    roof_colours = _words(gettext_lazy("屋面颜色"))
    walls = _words(gettext_lazy("外墙材料和颜色"))
    height_m = _most(gettext_lazy("总高度不超过（米）"), 100)
    eaves_m = _most(gettext_lazy("檐口高度不超过（米）"), 100)
    storeys = forms.IntegerField(label=gettext_lazy("层数不超过"), required=False, min_value=1, max_value=30)
    as_limit = forms.BooleanField(
        label=gettext_lazy("当作限制：不符合的要两人签字搁置才能批准（不勾就只作提醒）"), required=False
    )
    document = forms.CharField(label=gettext_lazy("依据的文件和文号"), max_length=160)

    def look(self) -> Look:
        return Look(**{name: value for name, value in self.cleaned_data.items() if name != "region"})


class NominationForm(OfficeForm):
    reason = forms.CharField(
        label=gettext_lazy("推荐理由"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("哪里值得别家照着建：风貌、户型、造价、施工。"),
    )


class DemonstrationForm(OfficeForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("评审结果"),
        choices=[(one.value, one.label) for one in (Demonstration.Outcome.MARKED, Demonstration.Outcome.DECLINED)],
        widget=forms.RadioSelect,
    )
    review = forms.CharField(label=gettext_lazy("评审意见"), max_length=500, widget=forms.Textarea({"rows": 3}))
    reviewed_by = forms.CharField(label=gettext_lazy("评审的人"), max_length=200)
    document = forms.CharField(label=gettext_lazy("评审文件和文号"), max_length=160)
    on = DayField(label=gettext_lazy("评审日期"), initial=today)
