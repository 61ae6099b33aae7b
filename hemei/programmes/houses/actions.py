"""Writes that only houses know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile, keep
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Place, Unit
from hemei.core.queries.parameter import parameter
from hemei.core.writing import action, audit
from hemei.programmes.houses.grades import BadGrade, may_override, worst_grade
from hemei.programmes.houses.models import Appraisal, House
from hemei.terms.day import today


@dataclass(frozen=True)
class Report:
    """A sealed appraisal report, as it lies on the desk."""

    unit: Unit
    report_no: str
    on: date
    site_safe: bool
    parts: Mapping[str, str]
    grade: str
    resilience: str = ""
    signatories: Sequence[str] = ()
    override_reason: str = ""
    after_repair: bool = False
    scans: Sequence[NewFile] = field(default=())


@action(verb="appraisal.record", on="place")
def record_appraisal(*, place: Place, report: Report, by: Actor) -> Appraisal:
    """Take a report into the register. The grade is the agency's; the software only compares it with the parts."""
    worst = _check(place, report)
    if Appraisal.objects.filter(unit=report.unit, report_no=report.report_no.strip()).exists():
        raise Conflict(_("这个编号的报告已经登记过了。"), field="report_no", code="known_report")
    now = timezone.now()
    row = Appraisal.objects.create(
        place=place,
        region=place.region,
        unit=report.unit,
        report_no=report.report_no.strip(),
        on=report.on,
        site_safe=report.site_safe,
        parts=dict(report.parts),
        worst_grade=worst,
        grade=report.grade,
        override_reason=report.override_reason.strip(),
        resilience=report.resilience,
        signatories=[name.strip() for name in report.signatories if name.strip()],
        after_repair=report.after_repair,
        recorded_at=now,
        actor=str(by),
    )
    keep(report.scans, by=by, region=place.region, now=now, place=place)
    newest = Appraisal.objects.filter(place=place).order_by("-on", "-id").first()
    assert newest is not None
    House.objects.filter(place=place).update(grade=newest.grade, graded_on=newest.on)
    audit(
        by,
        "appraisal.record",
        f"appraisal:{row.pk}",
        place.region,
        values=[row.report_no, worst, report.grade, row.signatories],
        detail={"grade": report.grade, "worst": worst},
        at=now,
    )
    return row


def _check(place: Place, report: Report) -> str:
    """The worst part's grade. Raises Mistaken for what a report must not lack."""
    if not report.report_no.strip():
        raise Mistaken(_("请填写报告编号。"), field="report_no")
    if report.on > today():
        raise Mistaken(_("鉴定日期在将来，请核对。"), field="on")
    needed = int(parameter("houses.appraisal.signatories", region=place.region, on=report.on).value)
    if len({name.strip() for name in report.signatories if name.strip()}) < needed:
        raise Mistaken(
            _("签字人员不足：至少 %(count)d 人（默认要求，由区里确定）。") % {"count": needed}, field="signatories"
        )
    if not report.scans:
        raise Mistaken(_("请上传盖章报告的扫描件或照片。"), field="scans")
    try:
        worst = worst_grade(report.site_safe, report.parts)
        near = may_override(worst, report.grade)
    except BadGrade as fault:
        raise Mistaken(_("请按 a、b、c、d 填写各部分等级，并选择房屋等级。"), field="parts") from fault
    if not report.site_safe and report.grade != "D":
        raise Mistaken(_("场地危险的房屋应为 D 级。"), field="grade")
    if not near:
        raise Mistaken(_("综合判定最多只能比最差部分上下调一级。"), field="grade")
    if report.grade != worst and not report.override_reason.strip():
        raise Mistaken(
            _("房屋等级与最差部分（%(worst)s）不同，请写明综合判定的理由。") % {"worst": worst}, field="override_reason"
        )
    return worst
