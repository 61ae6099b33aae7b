"""The pattern book: taken in by an office, looked through by anybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.office.forms import OfficeForm, Several
from hemei.programmes.building.queries.patterns import PatternFilter


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
