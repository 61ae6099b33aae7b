"""The page on which a sealed report is taken into the register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Unit, UnitKind
from hemei.office.forms import DayField, OfficeForm, dress
from hemei.programmes.houses.actions import Report
from hemei.programmes.houses.models import Resilience, SafetyGrade
from hemei.programmes.houses.parts import PART_GRADES, PARTS
from hemei.terms.region import Level, RegionCode, successor


class AppraisalForm(OfficeForm):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("鉴定单位"), empty_label=_("请选择"))
    report_no = forms.CharField(label=_("报告编号"), max_length=60)
    on = DayField(label=_("鉴定日期"))
    site_safe = forms.TypedChoiceField(
        label=_("场地安全性"),
        help_text=_("先看场地：场地危险的，房屋直接为 D 级。"),
        choices=[("yes", _("场地安全")), ("no", _("场地危险"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    grade = forms.ChoiceField(label=_("房屋等级（以盖章报告为准）"), choices=[("", _("请选择")), *SafetyGrade.choices])
    override_reason = forms.CharField(
        label=_("综合判定理由"),
        help_text=_("房屋等级与最差部分不同时填写；最多上下调一级，两个值都会保留。"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    resilience = forms.ChoiceField(
        label=_("防灾措施"),
        help_text=_("单独记录，不改变等级。"),
        choices=[("", _("未评定")), *Resilience.choices],
        required=False,
    )
    signatories = forms.CharField(label=_("签字人员"), help_text=_("用顿号隔开，例如：张甲、李乙。"), max_length=200)
    after_repair = forms.BooleanField(label=_("修缮加固后的重新鉴定"), required=False)
    scan = forms.FileField(
        label=_("盖章报告扫描件或照片"),
        help_text=_("JPG、PNG 或 PDF。"),
        widget=forms.FileInput({"hx-preserve": "true"}),  # stays chosen while the rest is mended
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        district = RegionCode(region).at(Level.DISTRICT)
        units = self.fields["unit"]
        assert isinstance(units, forms.ModelChoiceField)
        units.queryset = Unit.objects.filter(
            kind__in=[UnitKind.APPRAISAL_AGENCY, UnitKind.HOUSING_BUREAU],
            region__gte=str(district),
            region__lt=successor(str(district)),
        )
        for part, label in PARTS.items():
            self.fields[f"part_{part}"] = forms.ChoiceField(label=label, choices=PART_GRADES.items(), required=False)
        dress(self)

    @property
    def part_fields(self) -> list[forms.BoundField]:
        return [self[f"part_{part}"] for part in PARTS]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("part_")]

    def report(self) -> Report:
        """The report as the action takes it, without its scan."""
        said = self.cleaned_data
        names = said["signatories"].replace("，", "、").replace(",", "、").replace(" ", "、").split("、")
        return Report(
            unit=said["unit"],
            report_no=said["report_no"],
            on=said["on"],
            site_safe=said["site_safe"],
            parts={part: said[f"part_{part}"] for part in PARTS if said[f"part_{part}"]},
            grade=said["grade"],
            resilience=said["resilience"],
            signatories=[name for name in names if name],
            override_reason=said["override_reason"],
            after_repair=said["after_repair"],
        )
