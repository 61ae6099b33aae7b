"""Writes the year into the database: checks, cases with their steps and evidence, appraisals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

from hemei.core.access import SYSTEM, ActorKind
from hemei.core.actions.bulk import PastCase, PastCheck, PastStep, SeenAgain, add_cases, add_checks
from hemei.core.actions.evidence import NewFile
from hemei.core.actions.founding import add_evidence
from hemei.core.models import CaseStep, Channel, EvidenceSource, Place, Unit
from hemei.core.queries.parameter import deadline_days
from hemei.core.registry import registry
from hemei.demo.answers import Answers
from hemei.demo.district import District
from hemei.demo.lives import Step
from hemei.demo.looking import DOOR, PHONE
from hemei.demo.pictures import picture
from hemei.demo.troubles import TROUBLES
from hemei.demo.turns import write_turns
from hemei.demo.written import MATTER, Written, instance, moment
from hemei.demo.year import CaseLife, HouseAppraisal, Year
from hemei.programmes.houses.actions import Report, record_appraisal
from hemei.terms.day import SHANGHAI, start_of
from hemei.terms.finding import FindingKind, Severity
from hemei.terms.region import Level

FORMS = {"self": "houses.selfcheck", "survey": "houses.survey", "patrol": "houses.patrol"}
A_CALL = 10_000  # checks written in one transaction
SHOWN = ("case.contain", "case.serve", "case.remedy", "case.accept")
WORST_PART = {"A": "a", "B": "b", "C": "c", "D": "d"}


def write_history(district: District, year: Year, written: Written) -> None:
    History(district, year, written).write()


@cache
def allowed_days(severity: Severity, region: str, on: date) -> int:
    return deadline_days(MATTER, severity, region=region, on=on)


class History:
    """The year's rows, put into the words of the core's bulk actions."""

    def __init__(self, district: District, year: Year, written: Written) -> None:
        self.district, self.year, self.written = district, year, written
        # By region: cases are handed to villages and townships, which have one unit each.
        self.unit_of = dict(zip(year.units.region.tolist(), written.units, strict=True))
        self.answers = Answers(district, year)
        self.known: dict[str, int] = {}
        self.cases: dict[int, int] = {}

    def write(self) -> None:
        where = self.written.where
        count = len(self.year.checks.house)
        for start in range(0, count, A_CALL):
            rows = [self.check(row) for row in range(start, min(start + A_CALL, count))]
            self.known |= add_checks(where=where, rows=rows, by=SYSTEM)
        add_cases(where=where, rows=list(self.ledger()), by=SYSTEM)
        self.write_cases()
        self.write_evidence()
        for row in self.year.appraisals:
            self.appraise(row)
        write_turns(self.district, self.year, self.written, self.known)

    def who(self, by: int, house: int) -> tuple[str, int | None]:
        """The actor as it is written down, and the account behind it."""
        if by >= 0:
            account = self.written.accounts[by]
            return f"{ActorKind.ACCOUNT}:{account}", account
        door, phone = self.written.doors[house]
        if by == PHONE:
            return f"{ActorKind.PHONE}:{phone}", None
        return (f"{ActorKind.DOOR}:{door}" if by == DOOR else str(SYSTEM)), None

    def check(self, row: int) -> PastCheck:
        checks = self.year.checks
        house, by, channel = int(checks.house[row]), int(checks.by[row]), checks.channel[row]
        actor, account = self.who(by, house)
        return PastCheck(
            instance_id=instance(row),
            place=self.written.places[house],
            region=self.district.house_region[house],
            form=FORMS[checks.tier[row]],
            answers=self.answers.of(row),
            at=moment(int(checks.at[row])),
            recorded_at=moment(int(checks.recorded_at[row])),
            actor=actor,
            account=account,
            channel=channel,
            on_behalf="" if channel in (Channel.PAGE, Channel.STAFF) else "户主",
            counts=by != DOOR,
        )

    def write_cases(self) -> None:
        """Cases first that are nobody's return, then those that came back, then what came back again."""
        looks: dict[int, list[int]] = {}
        for finding in self.year.findings:
            looks.setdefault(finding.case, []).append(finding.check)
        waiting = list(range(len(self.year.cases)))
        while waiting:
            ready = [c for c in waiting if (before := self.year.cases[c].forerunner) < 0 or before in self.cases]
            rows = [self.case(self.year.cases[c], looks[c]) for c in ready]
            ids = add_cases(where=self.written.where, rows=rows, by=SYSTEM, checks=self.known)
            self.cases |= dict(zip(ready, ids, strict=True))
            waiting = [c for c in waiting if c not in self.cases]

    def case(self, life: CaseLife, looks: Sequence[int]) -> PastCase:
        kind, first = registry.findings[life.kind.finding], life.steps[0]
        found = moment(first.at)
        checks = self.year.checks
        return PastCase(
            kind=kind,
            region=self.district.house_region[life.house],
            found_at=found,
            recorded_at=moment(first.recorded_at),
            steps=list(self.steps(life)),
            place=self.written.places[life.house],
            due_on=found.date() + timedelta(days=1) if life.state == "reported" else self.due(kind, found, looks[0]),
            check=instance(looks[0]),
            seen_again=[
                SeenAgain(instance(row), moment(int(checks.at[row])), moment(int(checks.recorded_at[row])))
                for row in looks[1:]
            ],
            forerunner=self.cases.get(life.forerunner),
        )

    def due(self, kind: FindingKind, found: datetime, look: int) -> date:
        """The district's days, or the day that the form itself sets where that is sooner."""
        by_severity = found.date() + timedelta(days=allowed_days(kind.severity, self.district.code, found.date()))
        stated = self.answers.of(look).get(kind.due_from) if kind.due_from else None
        return min(by_severity, date.fromisoformat(stated)) if stated else by_severity

    def steps(self, life: CaseLife) -> Iterator[PastStep]:
        village = self.district.house_village[life.house]
        unit = self.unit_of[village]
        for step in life.steps:
            if step.up:
                unit = self.unit_of[village[: Level.TOWNSHIP]]
            actor, account = self.who(step.by, life.house)
            yield PastStep(
                verb=step.verb,
                to_state=step.to_state,
                at=moment(step.at),
                recorded_at=moment(step.recorded_at),
                actor=actor,
                account=account,
                unit=unit,
                note=step.note,
                data=brought(step),
            )

    def ledger(self) -> Iterator[PastCase]:
        """历史台账: known since the year began, ended as the old workbooks say, never counted as accepted."""
        ledger = self.year.ledger
        known = start_of(self.year.calendar.starts)
        for row, house in enumerate(ledger.house.tolist()):
            kind = registry.findings[TROUBLES[ledger.trouble[row]].finding]
            found_on, ended_on = ledger.found_on[row], ledger.ended_on[row]
            found = datetime.combine(found_on, time(10), SHANGHAI)
            unit = self.unit_of[self.district.house_village[house]]
            steps = [PastStep("case.open", "found", found, known, str(SYSTEM), note="历史台账导入")]
            if ended_on:
                ended = datetime.combine(ended_on, time(16), SHANGHAI)
                steps.append(PastStep("case.file_away", "imported", ended, known, str(SYSTEM), note="台账已结案"))
            else:
                steps.append(PastStep("case.assign", "assigned", found, known, str(SYSTEM), unit=unit, note="台账未结"))
            yield PastCase(
                kind=kind,
                region=self.district.house_region[house],
                found_at=found,
                recorded_at=known,
                steps=steps,
                place=self.written.places[house],
                due_on=None if ended_on else found_on + timedelta(days=90),
                historical=True,
                source_id=ledger.number[row],
            )

    def write_evidence(self) -> None:
        """A picture with every step that needs one; three in four know where they were taken."""
        steps = CaseStep.objects.filter(verb__in=SHOWN).select_related("case__place").order_by("id")
        rows = []
        for number, step in enumerate(steps):
            shows = step.verb.partition(".")[2]
            place = step.case.place if number % 4 else None
            rows.append(
                (
                    step,
                    NewFile(
                        name=f"{step.case_id}-{shows}.jpg",
                        content=picture(shows),
                        source=EvidenceSource.SCAN if shows == "serve" else EvidenceSource.CAMERA,
                        device_at=step.at,
                        lon=place.lon if place else None,
                        lat=place.lat if place else None,
                    ),
                )
            )
        add_evidence(where=self.written.where, rows=rows, by=SYSTEM)

    def appraise(self, row: HouseAppraisal) -> None:
        staff, grade = self.year.staff, row.appraised.grade
        writer = row.signatories[0]
        worst = WORST_PART[grade]
        report = Report(
            unit=Unit.objects.get(pk=self.written.units[int(staff.unit[writer])]),
            report_no=row.report_no,
            on=moment(row.appraised.at).date(),
            site_safe=True,
            parts={"foundation": "a", "bearing_wall": worst, "roof_floor": "a" if worst == "a" else "b"},
            grade=grade,
            resilience="partial" if grade in "AB" else "none",
            signatories=[staff.name[signatory] for signatory in row.signatories],
            after_repair=row.appraised.after_repair,
            scans=[NewFile(f"{row.report_no}.jpg", picture("report"), source=EvidenceSource.SCAN)],
        )
        place = Place.objects.get(pk=self.written.places[row.house])
        record_appraisal(place=place, report=report, by=self.written.actor(writer))


def brought(step: Step) -> dict[str, object]:
    """What a step carries besides its note."""
    data: dict[str, object] = {"remedy": step.remedy} if step.remedy else {}
    return data | ({"witnesses": list(step.witnesses)} if step.witnesses else {})
