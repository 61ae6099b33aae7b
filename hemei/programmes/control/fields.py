"""Questions that several forms about the control map ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.law.plan import Row
from hemei.office.forms import OfficeForm
from hemei.programmes.control.models import Visibility

Plan = Mapping[str, tuple[Row, ...]]


def visibility_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("公开范围"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        initial=Visibility.INTERNAL,
        help_text=gettext_lazy("内部图层：公众只看到符合、不符合或到窗口核实，以及条款，看不到图形和数值。"),
    )


def ticked_field(label: Any, choices: Any, hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        help_text=hint,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )


def named(plan: Plan, table: str) -> list[tuple[str, str]]:
    """The rows of a table that have a name, to choose from."""
    return [("", _("各区都一样")), *((row.name, row.shown) for row in plan.get(table, ()) if row.name)]


class Documented(OfficeForm):
    """Whatever changes the district's own law names what it rests on."""

    said = forms.CharField(label=gettext_lazy("依据的文件和文号"), max_length=200)
