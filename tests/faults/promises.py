"""What must hold after any kill, looked up without the code that promised it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from hemei.core.access import Scope
from hemei.core.actions.seal import seal_pending
from hemei.core.files import path_of
from hemei.core.lifecycle import PRESSING
from hemei.core.models import (
    AuditEntry,
    Case,
    CaseStep,
    Check,
    Draw,
    DrawState,
    Due,
    FormVersion,
    ImportBatch,
    Job,
    JobState,
    Person,
    Place,
    PlaceTally,
    Region,
)
from hemei.core.queries.digest import Held, evidence_faults
from hemei.core.queries.verify import faults
from hemei.programmes.control.keeping import copy_path
from hemei.programmes.control.models import LayerVersion, OwnLaw
from hemei.site.backup.archive import BadBackup, read_through
from tests.faults.furnish import PHONE
from tests.faults.presses import BACKED_UP_BY, CHANGE, MERGE, ROWS, SPLIT, WIDE, work_off


def kept(said: Mapping[str, Any]) -> bool:
    """Whether what was acknowledged is there."""
    match said["kind"]:
        case "check":
            there = Check.objects.filter(instance_id=said["instance"]).first()
            return (
                there is not None
                and said.get("digest", there.digest) == there.digest
                and there.findings.count() == said["cases"]
                and all(path_of(sha256).is_file() for sha256 in said["photos"])
                and there.evidence.count() == len(said["photos"])
            )
        case "step":
            return CaseStep.objects.filter(case=said["case"], verb=said["verb"], note=said["note"]).count() == 1
        case "freeze":
            return Draw.objects.filter(pk=said["draw"], frame_hash=said["frame"]).exists()
        case "hold":
            held = Draw.objects.get(pk=said["draw"])
            return held.state == DrawState.DRAWN and [one["code"] for one in held.drawn] == said["drawn"]
        case "begin":
            return ImportBatch.objects.filter(pk=said["batch"]).exists()
        case "confirm":
            return ImportBatch.objects.filter(pk=said["batch"], state__in=["applying", "applied"]).exists()
        case "apply":
            return ImportBatch.objects.filter(pk=said["batch"], state=said["state"]).exists()
        case "erase":
            person = Person.objects.get(pk=said["person"])
            return person.erased_at is not None and not person.phone and not person.phone_masked
        case "publish":
            return FormVersion.objects.filter(pk=said["version"], published_at__isnull=False).exists()
        case "law":
            return OwnLaw.objects.filter(pk=said["law"], said=said["said"]).exists()
        case "layer":
            there = LayerVersion.objects.filter(pk=said["layer"], original__sha256=said["sha256"]).first()
            return there is not None and copy_path(there).is_file()
        case "withdraw":
            return LayerVersion.objects.filter(pk=said["layer"]).exclude(withdrawn_on=None).exists()
        case "unmask":
            entries = AuditEntry.objects.filter(verb="person.unmask", subject=f"person:{said['person']}")
            return said["phone"] == PHONE and entries.count() == 1
        case "export":
            return (settings.VAR / "taken" / said["title"]).is_file()
        case "backup":
            return digest_of(settings.VAR / "backups" / said["file"]) == said["digest"]
    raise ValueError(said["kind"])


def broken() -> Iterator[str]:
    """What is half there, a line each; and what `hemei verify` finds."""
    seal_pending()
    yield from faults(within=Scope.all())
    yield from evidence_faults(within=Scope.all(), held=Held())
    yield from _entries()
    yield from _findings()
    yield from _draws()
    yield from _imports()
    yield from _map()
    yield from _erased()
    yield from _published()
    yield from _renamed()
    yield from _merged()
    yield from _split()
    yield from _of_control()
    yield from _exports()
    yield from _backups()


def digest_of(backup: Path) -> str:
    """What a backup says of itself, all of it read. Raises BadBackup."""
    read = read_through(backup, BACKED_UP_BY, rows=lambda _name, rows: [*rows], evidence=lambda _name, parts: [*parts])
    return str(read.end["digest"])


def _entries() -> Iterator[str]:
    """A check and a step each have one entry, and an entry has its check or step."""
    of_checks = AuditEntry.objects.filter(verb="check.submit").values_list("subject", flat=True)
    checks = {f"check:{pk}" for pk in Check.objects.values_list("pk", flat=True)}
    if sorted(of_checks) != sorted(checks):
        yield f"checks and their entries differ: {sorted(set(of_checks) ^ checks)[:3]}"
    steps = CaseStep.objects.values("case").annotate(n=Count("id")).values_list("case", "n")
    of_steps = AuditEntry.objects.filter(subject__startswith="case:", verb__startswith="case.")
    counted = of_steps.values("subject").annotate(n=Count("id")).order_by().values_list("subject", "n")
    if {f"case:{case}": n for case, n in steps.order_by()} != dict(counted):
        yield "steps and their entries differ"


def _findings() -> Iterator[str]:
    shown = Check.objects.annotate(n=Count("findings"))
    for check in shown.filter(Q(without_findings=True, n__gt=0) | Q(without_findings=False, n=0)):
        yield f"check {check.pk} and its findings differ"
    for case in Case.objects.annotate(n=Count("findings")).filter(n=0):
        yield f"case {case.pk} has no finding"


def _draws() -> Iterator[str]:
    for held in Draw.objects.select_related("round"):
        owed = Due.objects.filter(round=held.round_id).count()
        if (held.state == DrawState.FROZEN) != (held.round.state == "draft") or owed != len(held.drawn):
            yield f"draw {held.pk} is {held.state}, its round {held.round.state}, {owed} of {len(held.drawn)} owed"


def _imports() -> Iterator[str]:
    for batch in ImportBatch.objects.all():
        if batch.name.startswith((CHANGE, MERGE, SPLIT)):
            continue
        there = Place.objects.filter(identifiers__value__startswith=f"{batch.name}-").count()
        if there != (ROWS if batch.state == "applied" else 0):
            yield f"import {batch.pk} is {batch.state}, and {there} of {ROWS} rows are there"


def _erased() -> Iterator[str]:
    """Whose name is gone has an entry, whoever has an entry is nameless."""
    entries = AuditEntry.objects.filter(verb="person.erase").values_list("subject", flat=True)
    gone = [f"person:{pk}" for pk in Person.objects.exclude(erased_at=None).values_list("pk", flat=True)]
    if sorted(entries) != sorted(gone):
        yield f"erased persons and their entries differ: {sorted(set(entries) ^ set(gone))[:3]}"


def _published() -> Iterator[str]:
    entries = AuditEntry.objects.filter(verb="form.publish").values_list("subject", flat=True)
    held = [f"form_version:{pk}" for pk in FormVersion.objects.exclude(published_at=None).values_list("pk", flat=True)]
    if sorted(entries) != sorted(held):
        yield f"published forms and their entries differ: {sorted(set(entries) ^ set(held))[:3]}"


def _renamed() -> Iterator[str]:
    """A village has its old code and all that was in it, or its new one and all of it."""
    codes = set(Region.objects.values_list("code", flat=True))
    for batch in ImportBatch.objects.filter(name__startswith=CHANGE):
        place = Place.objects.get(label=batch.name.removeprefix(CHANGE))
        village = int(place.region[-3:])
        applied = batch.state == "applied"
        pair = [f"{place.region[:-3]}{number}" for number in (village - village % 2, village - village % 2 + 1)]
        if place.region != pair[applied] or pair[applied] not in codes or (not applied and pair[1] in codes):
            yield f"change {batch.pk} is {batch.state}, and its house in {place.region}"


def _merged() -> Iterator[str]:
    """Both villages and what stands in them are what they were, or both are gone into the new one."""
    for batch in ImportBatch.objects.filter(name__startswith=MERGE):
        houses = Place.objects.filter(label__startswith=f"{batch.name.removeprefix(MERGE)}.").order_by("label")
        numbers = [int(place.region[-3:]) for place in houses]
        new = min(numbers) - (min(numbers) - 100) % 3
        there = Region.objects.filter(code=f"{WIDE}{new}").exists()
        applied = batch.state == "applied"
        if there != applied or numbers != ([new, new] if applied else [new + 1, new + 2]):
            yield f"merger {batch.pk} is {batch.state}, its houses in {numbers}, the new village there: {there}"


def _split() -> Iterator[str]:
    """The village stands whole as it was, or the second group of it has gone into the new one."""
    for batch in ImportBatch.objects.filter(name__startswith=SPLIT):
        houses = Place.objects.filter(label__startswith=f"{batch.name.removeprefix(SPLIT)}.").order_by("label")
        first, *others = (int(place.region) for place in houses)
        applied = batch.state == "applied"
        there = Region.objects.filter(code=str(first + 1)).exists()
        if there != applied or others != [first + applied, first, first + applied]:
            yield f"split {batch.pk} is {batch.state}, its houses in {[first, *others]}, the new village there: {there}"


def _exports() -> Iterator[str]:
    """No file without its entry."""
    told = AuditEntry.objects.filter(verb="register.export").values_list("detail__list", flat=True)
    taken = settings.VAR / "taken"
    if strange := {file.name for file in taken.iterdir()} - set(told) if taken.exists() else set():
        yield f"taken out without an entry: {sorted(strange)[:3]}"


def _backups() -> Iterator[str]:
    """A backup that has its name is whole; it is taken away once it was looked at."""
    for file in (settings.VAR / "backups").glob("*.hemei"):
        try:
            digest_of(file)
        except BadBackup as bad:
            yield f"{file.name}: {bad}"
        else:
            file.unlink()


def _of_control() -> Iterator[str]:
    """Rules and layers each have an entry, an entry has its rules or layer, and each layer its files."""
    for verb, subject, rows in (("law.change", "law", OwnLaw), ("layer.add", "layer", LayerVersion)):
        entries = AuditEntry.objects.filter(verb=verb).values_list("subject", flat=True)
        held = [f"{subject}:{pk}" for pk in rows.objects.values_list("pk", flat=True)]
        if sorted(entries) != sorted(held):
            yield f"{verb}: entries and what they tell of differ: {sorted(set(entries) ^ set(held))[:3]}"
    for row in LayerVersion.objects.select_related("original"):
        if not (copy_path(row).is_file() and path_of(row.original.sha256).is_file()):
            yield f"layer {row.pk} lacks its files"
    gone = LayerVersion.objects.exclude(withdrawn_on=None).values_list("pk", flat=True)
    entries = AuditEntry.objects.filter(verb="layer.withdraw").values_list("subject", flat=True)
    if sorted(entries) != sorted(f"layer:{pk}" for pk in gone):
        yield "withdrawn layers and their entries differ"


def _map() -> Iterator[str]:
    for place in Place.objects.prefetch_related("cases"):
        states = {case.state for case in place.cases.all()}
        state = next((s for s in PRESSING if s in states), "none")
        if place.state != (state if state != "withdrawn" else "none"):
            yield f"place {place.pk} shows {place.state}, its cases {sorted(states)}"
    rows = Place.objects.filter(tile__isnull=False, removed_on=None).order_by()
    standing = rows.annotate(cell=F("tile").bitrightshift(20)).values_list("kind", "cell", "region", "state")
    counted = {key: n for *key_, n in standing.annotate(n=Count("id")) if (key := tuple(key_))}
    tallies = PlaceTally.objects.values_list("kind", "cell", "region", "state", "count")
    tallied = {tuple(key): n for *key, n in tallies if n}
    if counted != tallied:
        yield "the counts on the map are not those of the places"


def resume() -> Iterator[str]:
    """What the next worker makes of what was left: everything ends, and says how."""
    silent = timezone.now() - timedelta(minutes=5)
    for _attempt in range(8):
        Job.objects.filter(state=JobState.RUNNING).update(heartbeat_at=silent)
        work_off()
    for job in Job.objects.filter(state__in=[JobState.RUNNING, JobState.WAITING]):
        yield f"job {job.pk} {job.kind} is {job.state} for ever"
    for batch in ImportBatch.objects.filter(state__in=["reading", "applying"]):
        yield f"import {batch.pk} is {batch.state} for ever"
    for job in Job.objects.filter(kind="register.apply", state=JobState.FAILED):
        if ImportBatch.objects.filter(pk=job.arguments["batch"], state="applied").exists():
            yield f"job {job.pk} says that it failed, and its import is applied"
