"""What is filled in about an ecological relocation, and about a lead that a look at a house gave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.building.models import Stage
from hemei.terms.day import today


class StageForm(OfficeForm):
    stage = forms.ChoiceField(label=gettext_lazy("阶段"), choices=Stage.choices)
    on = DayField(label=gettext_lazy("哪一天"), initial=today)
    document = forms.CharField(label=gettext_lazy("依据的文件和文号"), max_length=160)
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, following: str | None, data: Any = None) -> None:
        super().__init__(data, initial={"stage": following})
        self.fields["files"] = forms.Field(label=gettext_lazy("文件或现场（拍照）"), required=False)
