"""The form of a step: what the declared graph says it needs, and nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemei.core.actions.case import Brought
from hemei.core.actions.evidence import NewFile
from hemei.core.lifecycle import Need, Step
from hemei.core.models import Case
from hemei.core.queries.duty import on_duty
from hemei.core.queries.units import units_for
from hemei.core.remedies import REMEDIES
from hemei.office.documents import DOCUMENTS, WAYS
from hemei.office.forms import OfficeForm, dress
from hemei.terms.day import today

ENDING = [(key, kind.name) for key, kind in REMEDIES.items() if kind.ends_danger]
NOT_ENDING = [kind.name for kind in REMEDIES.values() if not kind.ends_danger]

NOTES = {
    "case.confirm": _("怎么核实的（打电话问了谁，或谁去看了）"),
    "case.dismiss": _("为什么不属实"),
    "case.contain": _("怎么管控的（人员去向、封控、警示）"),
    "case.look_again": _("复查看到的情况"),
    "case.release": _("为什么可以解除管控"),
    "case.refuse": _("户主怎么说，我们做了什么"),
    "case.serve": _("送达经过"),
    "case.remedy": _("做了什么"),
    "case.return": _("哪里没有整治到位"),
    "case.accept": _("现场看到的情况"),
    "case.ask_withdrawal": _("为什么是误报"),
    "case.withdraw": _("怎么核实是误报的"),
}
ORDER = (
    "remedy",
    "unit",
    "assignee",
    "document",
    "number",
    "to",
    "way",
    "files",
    "note",
    "witness_1",
    "witness_2",
    "at",
)


class Datetime(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class StepForm(OfficeForm):
    """One form for every step."""

    at = forms.DateTimeField(
        label=_("什么时候"), required=False, widget=Datetime(), help_text=_("空着就是现在；事后补记时填当时的时间。")
    )

    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, step: Step, case: Case, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        seen = case.steps.order_by("-id").values_list("id", flat=True).first()
        super().__init__(data, initial={"after": seen, **(initial or {})})
        self.step = step
        self.fields["note"] = forms.CharField(
            label=NOTES.get(step.verb, _("说明")), required=False, widget=forms.Textarea({"rows": 3}), max_length=2000
        )
        self.fields["files"] = forms.Field(label=_("照片或扫描件"), required=False)
        if Need.UNIT in step.needs:
            self._ask_unit(case)
        if Need.REMEDY_KIND in step.needs:
            self.fields["remedy"] = forms.ChoiceField(
                label=_("整治方式"),
                required=False,
                choices=ENDING,
                widget=forms.RadioSelect({"class": "form-check-input"}),
            )
        if Need.TWO_WITNESSES in step.needs:
            for number, label in ((1, _("见证人一")), (2, _("见证人二"))):
                self.fields[f"witness_{number}"] = forms.CharField(label=label, required=False, max_length=40)
        if step.verb == "case.serve":
            self._ask_service()
        self.order_fields(ORDER)
        self._require()
        dress(self)

    def _ask_unit(self, case: Case) -> None:
        people = on_duty("case.remedy", region=case.region, matter=case.matter, on=today())
        self.fields["unit"] = forms.ModelChoiceField(
            label=_("由哪个单位负责"),
            required=False,
            queryset=units_for("case.remedy", region=case.region, matter=case.matter, on=today()),
            empty_label=_("请选择"),
        )
        self.fields["assignee"] = forms.ModelChoiceField(
            label=_("由谁负责"),
            required=False,
            queryset=type(people[0]).objects.filter(pk__in=[p.pk for p in people]) if people else None,
            empty_label=_("由单位安排"),
        )

    def _ask_service(self) -> None:
        papers = [(k, d.name) for k, d in DOCUMENTS.items()]
        self.fields["document"] = forms.ChoiceField(label=_("文书"), choices=papers)
        self.fields["number"] = forms.CharField(label=_("文号"), required=False, max_length=60)
        self.fields["to"] = forms.CharField(label=_("送达给谁"), max_length=60)
        self.fields["way"] = forms.ChoiceField(label=_("送达方式"), choices=list(WAYS.items()))

    def _require(self) -> None:
        """What the step cannot do without. Whether there is a photo the action says, which sees the files."""
        asked = {Need.NOTE: ["note"], Need.UNIT: ["unit"], Need.REMEDY_KIND: ["remedy"]}
        asked[Need.TWO_WITNESSES] = ["witness_1", "witness_2"]
        for need in self.step.needs & asked.keys():
            for name in asked[need]:
                self.fields[name].required = True

    def brought(self, files: list[NewFile]) -> Brought:
        """What the person brings to the step, as the action takes it."""
        said = self.cleaned_data
        witnesses = [said[name] for name in ("witness_1", "witness_2") if said.get(name)]
        served = {name: said[name] for name in ("document", "number", "to", "way") if said.get(name)}
        return Brought(
            at=said["at"],
            note=said["note"].strip(),
            files=files,
            unit=said.get("unit"),
            assignee=said.get("assignee"),
            remedy=said.get("remedy", ""),
            witnesses=witnesses,
            data=served,
            after=said["after"],
        )
