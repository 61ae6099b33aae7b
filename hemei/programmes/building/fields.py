"""Questions that several forms about permits ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.office.filters import region_choices
from hemei.office.forms import OfficeForm
from hemei.programmes.building.shapes import MOST_TEXT
from hemei.programmes.building.wording import PHOTOS


def number_field(label: Any, *, required: bool = True, least: float = 0, most: float = 50_000) -> forms.FloatField:
    widget = forms.NumberInput({"step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, required=required, min_value=least, max_value=most, widget=widget)


def words_field(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=2000, widget=forms.Textarea({"rows": 3}))


def text_field(label: Any, length: int, *, required: bool = False, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=hint)


def corners_field(label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    said = hint or gettext_lazy("在地图上画，或者照测量成果填：每个角写“经度,纬度”，角与角之间空一格。")
    return forms.CharField(
        label=label, max_length=MOST_TEXT, required=required, widget=forms.Textarea({"rows": 2}), help_text=said
    )


def wings_field() -> forms.CharField:
    said = gettext_lazy(
        "只有带厢房、带天井、不是长方形的房子才填：在地图上沿外墙一个角一个角地画；填了它，就不看面宽和进深。"
        "四面有房的天井不算占地，另起一圈，用“|”隔开。"
    )
    return corners_field(gettext_lazy("房屋外墙的角点"), hint=said)


def choice_field(label: Any, choices: Any, *, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, help_text=hint)


def photos_label(verb: str) -> Any:
    return PHOTOS.get(verb, gettext_lazy("照片或扫描件"))


class Somewhere(OfficeForm):
    """A form that also asks for which village, of those where this person may."""

    region = forms.ChoiceField(label=gettext_lazy("哪个村"))

    def __init__(self, data: Any = None, *, within: Scope) -> None:
        super().__init__(data)
        self.fields["region"].choices = region_choices(within, all_of=_("请选择"))  # type: ignore[attr-defined]
