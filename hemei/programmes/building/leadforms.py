"""What is filled in about leads to enforcement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.models import Check, Place
from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.building.actions.lead import Seen
from hemei.programmes.building.fields import Somewhere, text_field, words_field
from hemei.programmes.building.models import Wrong
from hemei.terms.day import day_of, today


class LeadForm(Somewhere):
    wrong = forms.ChoiceField(label=gettext_lazy("什么问题"), choices=Wrong.choices, widget=forms.RadioSelect)
    where = text_field(gettext_lazy("在哪里"), 200, required=True)
    found = words_field(gettext_lazy("看到什么"))
    seen_on = DayField(label=gettext_lazy("哪天发现"), initial=today)
    handed_to = text_field(gettext_lazy("移交给"), 80, required=True, hint=gettext_lazy("例如：镇综合执法队。"))
    document = text_field(gettext_lazy("移交文号"), 80, required=True)
    handed_on = DayField(label=gettext_lazy("移交日期"), initial=today)

    def seen(self) -> Seen:
        return Seen(**{name: value for name, value in self.cleaned_data.items() if name not in ("region", "check")})


class HouseLeadForm(LeadForm):
    """About a house of the register: what a survey or patrol saw there."""

    check = forms.ChoiceField(label=gettext_lazy("哪一次排查、巡查看到的"), required=False)

    def __init__(self, place: Place, data: Any = None) -> None:
        super().__init__(data, within=Scope.of(place.region))
        del self.fields["region"]
        looks = Check.objects.filter(place=place, tier__in=("survey", "patrol")).order_by("-at")[:10]
        self.looks = {str(row.pk): row for row in looks}
        shown = [(key, f"{day_of(row.at).isoformat()} {row.get_tier_display()}") for key, row in self.looks.items()]
        self.fields["check"].choices = [("", _("不是检查看到的")), *shown]  # type: ignore[attr-defined]
        self.initial["where"] = f"{place.label} {place.address}".strip()[:200]
        if newest := next(iter(self.looks.values()), None):
            self.initial.update(check=str(newest.pk), seen_on=day_of(newest.at))
        self.order_fields(["check", "wrong", "where", "found", "seen_on"])

    def look(self) -> Check | None:
        return self.looks.get(self.cleaned_data["check"])


class OutcomeForm(OfficeForm):
    outcome = words_field(gettext_lazy("处理结果"))
    outcome_document = text_field(gettext_lazy("处理文书文号"), 80, required=True)
    ended_on = DayField(label=gettext_lazy("处理日期"), initial=today)
