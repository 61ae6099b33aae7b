"""What each step of a permit asks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.actions.case import Brought
from hemei.core.actions.evidence import NewFile
from hemei.core.lifecycle import Need, Step
from hemei.core.models import Person
from hemei.core.queries.parameter import parameter
from hemei.office.forms import OfficeForm, dress
from hemei.office.steps import Datetime
from hemei.programmes.building.actions.asked import MEASURED, WRITTEN
from hemei.programmes.building.fields import (
    choice_field,
    corners_field,
    number_field,
    photos_label,
    text_field,
    words_field,
)
from hemei.programmes.building.forms import ApplicationForm
from hemei.programmes.building.gates import clause
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.standing import certified_persons
from hemei.programmes.building.shapes import written
from hemei.programmes.building.wording import CONVENED, NOTES
from hemei.terms.day import today


class StepForm(OfficeForm):
    """One form for every step: what the declared graph says it needs, and what the step asks besides."""

    at = forms.DateTimeField(
        label=gettext_lazy("什么时候"),
        required=False,
        widget=Datetime(),
        help_text=gettext_lazy("空着就是现在；事后补记时填当时的时间。"),
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, step: Step, permit: Permit, data: Any = None) -> None:
        seen = permit.steps.order_by("-id").values_list("id", flat=True).first()
        super().__init__(data, initial={"after": seen})
        self.step, self.permit = step, permit
        own = OWN.get(step.verb, lambda permit: {})(permit)
        self.own = list(own)
        self.fields.update(own)
        wanted = Need.NOTE in step.needs
        self.fields["note"] = words_field(NOTES.get(step.verb, gettext_lazy("说明")), required=wanted)
        self.fields["files"] = forms.Field(label=photos_label(step.verb), required=False)
        self.order_fields([*self.own, "files", "note", "at"])
        dress(self)

    def brought(self, files: list[NewFile]) -> Brought:
        """What the person brings to the step, as the action takes it."""
        said = self.cleaned_data
        data = {name: _kept(said.get(name)) for name in self.own if said.get(name) not in (None, "")}
        if self.step.verb == "permit.accept":
            data = {"as_built": data}
        if "craftsman" in data:
            data["craftsman"] = int(data["craftsman"])
        return Brought(at=said["at"], note=said["note"].strip(), files=files, data=data, after=said["after"])


class RefileForm(ApplicationForm):
    """The application once more, with what was mended."""

    note = words_field(NOTES["permit.resubmit"])
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, permit: Permit, data: Any = None) -> None:
        seen = permit.steps.order_by("-id").values_list("id", flat=True).first()
        was = {name: getattr(permit, name) for name in self.base_fields if hasattr(permit, name)}
        was |= {"plot_shape": written(permit.plot)}
        was |= {"house_shape": written(permit.footprint) if permit.width_m is None else ""}
        was |= {"old_place": permit.old_place_id or "", "pattern": permit.pattern_id or "", "after": seen}
        super().__init__(permit.household, data, was)
        self.order_fields(["note"])

    def brought(self, files: list[NewFile]) -> Brought:
        said = self.cleaned_data
        return Brought(note=said["note"].strip(), files=files, data={"filed": self.filed().said()}, after=said["after"])


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _people(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100_000)


def _meeting(permit: Permit) -> dict[str, forms.Field]:
    return {
        "convened": forms.ChoiceField(
            label=gettext_lazy("是哪一种会"), choices=list(CONVENED.items()), widget=forms.RadioSelect
        ),
        "entitled": _people(gettext_lazy("应到多少人（户）")),
        "present": _people(gettext_lazy("到会多少人（户）")),
        "in_favour": _people(gettext_lazy("同意多少人（户）")),
    }


def _objections(permit: Permit) -> dict[str, forms.Field]:
    return {
        "objections": text_field(gettext_lazy("有什么异议"), 500, hint=gettext_lazy("没有就空着。")),
        "settled": text_field(gettext_lazy("异议怎么处理的"), 500),
    }


def _decision(permit: Permit) -> dict[str, forms.Field]:
    issuers = {name: _set(f"{name}.issuer", permit) for name in ("planning", "permit")}
    made: dict[str, forms.Field] = {
        "planning_number": text_field(gettext_lazy("乡村建设规划许可证号"), 40, required=True),
        "planning_issuer": text_field(gettext_lazy("规划许可发证单位"), 80, required=True),
        "land_number": text_field(gettext_lazy("宅基地批准书号"), 40, required=True),
        "land_issuer": text_field(gettext_lazy("宅基地批准书发证单位"), 80, required=True),
    }
    made["planning_issuer"].initial, made["land_issuer"].initial = issuers["planning"], issuers["permit"]
    return made


def _set(key: str, permit: Permit) -> str:
    return str(parameter(f"building.{key}", region=permit.region, on=today()).value or "")


def _refusal(permit: Permit) -> dict[str, forms.Field]:
    clauses = ("land.62", "land.44", "planning.41", "villages.21", "land_rules.34", "forest.37", "reserve.2026-830")
    appeal = text_field(
        gettext_lazy("救济途径"),
        500,
        required=True,
        hint=gettext_lazy("向谁、在多少天内申请复议或起诉，写在决定书上。"),
    )
    appeal.initial = _set("appeal", permit)
    return {
        "clause": forms.ChoiceField(
            label=gettext_lazy("依据哪一条"),
            choices=[(clause(key).citation, clause(key).citation) for key in clauses],
            widget=forms.RadioSelect,
        ),
        "document": text_field(gettext_lazy("决定书文号"), 160, required=True),
        "appeal": appeal,
    }


def _builder(permit: Permit) -> dict[str, forms.Field]:
    fit = certified_persons(permit.region, within=Scope.of(permit.region), on=today())
    named = Person.objects.filter(pk__in=fit).order_by("name", "pk").values_list("pk", "name", "phone_masked")
    choices = [
        (str(key), f"{name} {phone} · {_('能上岗') if fit[key] else _('现在不能上岗')}") for key, name, phone in named
    ]
    return {
        "craftsman": choice_field(gettext_lazy("带头工匠"), [("", gettext_lazy("不由工匠施工")), *choices]),
        "firm": text_field(gettext_lazy("有资质的施工单位"), 80),
    }


def _stage(permit: Permit) -> dict[str, forms.Field]:
    stages = listed_in("stages", region=permit.region, on=today())
    return {"stage": forms.ChoiceField(label=gettext_lazy("查的是哪个阶段"), choices=[(s, s) for s in stages])}


def _as_built(permit: Permit) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {}
    if permit.footprint:
        hint = gettext_lazy("沿着建成的外墙一个角一个角地点，或照测量成果填；天井另起一圈，用“|”隔开。")
        made["footprint"] = corners_field(gettext_lazy("建成的房屋轮廓（图上）"), required=True, hint=hint)
    for name in (*MEASURED, *WRITTEN):
        label = Permit._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        approved = getattr(permit, name)
        needed = approved not in (None, "")
        if name == "storeys":
            made[name] = forms.IntegerField(label=label, min_value=1, max_value=99)
        elif name in MEASURED:
            made[name] = number_field(label, required=needed)
        else:
            made[name] = text_field(label, 60, required=needed)
        if needed:
            shown = f"{approved:g}" if isinstance(approved, float) else approved
            made[name].help_text = _("批准的是 %(value)s") % {"value": shown}
    return made


def _document(permit: Permit) -> dict[str, forms.Field]:
    return {"document": text_field(gettext_lazy("依据的文件和文号"), 160, required=True)}


def _certificate(permit: Permit) -> dict[str, forms.Field]:
    return {"certificate": text_field(gettext_lazy("不动产权证号"), 80, hint=gettext_lazy("还没有办下来就空着。"))}


OWN: dict[str, Any] = {
    "permit.agree": _meeting,
    "permit.close_notice": _objections,
    "permit.approve": _decision,
    "permit.refuse": _refusal,
    "permit.set_out": _builder,
    "permit.inspect": _stage,
    "permit.accept": _as_built,
    "permit.lapse": _document,
    "permit.register": _certificate,
}
