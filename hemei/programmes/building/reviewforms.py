"""What the offices fill in: opinions, visits, what was found on site, what is set aside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Opinion, Permit
from hemei.terms.day import today
from hemei.terms.verdict import Outcome


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


class SignForm(OfficeForm):
    """Nothing to fill in: the button is the signature."""
