"""Many checks in one transaction, each stored, known already, or refused by itself.

What most checks are — answers without findings, files or corrections — is written by a handful of statements for the
whole batch; every other check goes through `submit_check` in a savepoint of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, Refused, Scope, require
from hemei.core.actions.check import Answered, entry_of, examined, learn_from, require_same, submit_check, verb_for
from hemei.core.errors import Mistaken
from hemei.core.inserting import insert_all
from hemei.core.models import Check, Due, Finding, Place, RoundState
from hemei.core.prepared import change_all
from hemei.core.writing import audit_all, entry_for, writing


class NoSuchPlace(Mistaken):
    """There is no such place, or none that this actor may know of."""


@dataclass(frozen=True)
class Outcome:
    """What became of one check of a batch."""

    instance_id: str
    check: int | None = None
    cases: list[int] = field(default_factory=list)
    repeated: bool = False
    refused: Mistaken | Refused | None = None


@dataclass
class _Batch:
    """What is known when a batch is begun, read once for all of it."""

    by: Actor
    now: datetime
    places: dict[int, Place]
    known: dict[str, Check]
    plain: dict[int, Check] = field(default_factory=dict)  # by position: written together at the end
    staged: set[str] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)


def submit_checks(*, sent: Sequence[tuple[int, Answered]], within: Scope, by: Actor) -> list[Outcome]:
    """Store checks, given as (place id, answers), and say what became of each, in their order.

    A refused check does not hold up the others. Sending the batch again repeats nothing.
    """
    for _place, answered in sent:
        answered.look_over()
    try:
        return _submit(sent, within, by)
    except IntegrityError:  # the same instance came in by another connection meanwhile, and is known now
        return _submit(sent, within, by)


def _submit(sent: Sequence[tuple[int, Answered]], within: Scope, by: Actor) -> list[Outcome]:
    with writing():
        batch = _begin(sent, within, by)
        later = [position for position, one in enumerate(sent) if not _settled(batch, position, *one)]
        _write_plain(batch)
        for position in later:
            pk, answered = sent[position]
            batch.outcomes[position] = _one(batch, pk, answered)
    return [batch.outcomes[position] for position in range(len(sent))]


def _begin(sent: Sequence[tuple[int, Answered]], within: Scope, by: Actor) -> _Batch:
    """Lock the places in one order, so that two batches never wait for each other, and read what is stored."""
    wanted = Place.objects.filter(within.q(matter="kind"), pk__in={pk for pk, _answered in sent}, removed_on=None)
    places = {place.pk: place for place in wanted.select_for_update(of=("self",)).order_by("pk")}
    stored = Check.objects.filter(instance_id__in={answered.instance_id for _pk, answered in sent})
    return _Batch(by, timezone.now(), places, {check.instance_id: check for check in stored.defer("raw", "answers")})


def _settled(batch: _Batch, position: int, pk: int, answered: Answered) -> bool:
    """Whether the check was refused, known, or put with the plain ones; otherwise it is one for `submit_check`."""
    if answered.instance_id in batch.staged:  # twice in one batch: the second is asked about once the first is stored
        return False
    try:
        place = _place(batch, pk)
        require(batch.by, verb_for(answered, batch.by), place)
        if known := batch.known.get(answered.instance_id):
            require_same(known, place, answered)
            batch.outcomes[position] = Outcome(answered.instance_id, known.pk, _cases_of(known), repeated=True)
            return True
        if answered.replaces or answered.files:
            return False
        check = examined(place, answered, by=batch.by, now=batch.now)
    except (Mistaken, Refused) as fault:
        batch.outcomes[position] = Outcome(answered.instance_id, refused=fault)
        return True
    if answered.found:
        return False
    batch.plain[position] = check
    batch.staged.add(check.instance_id)
    return True


def _place(batch: _Batch, pk: int) -> Place:
    if pk not in batch.places:
        raise NoSuchPlace(_("没有这个对象，或不在您负责的区域内。"), field="place", code="no_such_place")
    return batch.places[pk]


def _cases_of(check: Check) -> list[int]:
    found = Finding.objects.filter(check_made=check, case__isnull=False).order_by("id")
    return list(dict.fromkeys(found.values_list("case", flat=True)))


def _one(batch: _Batch, pk: int, answered: Answered) -> Outcome:
    try:
        with transaction.atomic():
            stored = submit_check(place=_place(batch, pk), answered=answered, by=batch.by)
    except (Mistaken, Refused) as fault:
        return Outcome(answered.instance_id, refused=fault)
    cases = list(dict.fromkeys(case.pk for case in stored.cases))
    return Outcome(answered.instance_id, stored.check.pk, cases, repeated=stored.repeated)


def _write_plain(batch: _Batch) -> None:
    checks = list(batch.plain.values())
    insert_all(checks)
    counted = [check for check in checks if check.counts]
    _settle_dues(counted)
    learn_from(counted)
    audit_all([entry_for(batch.by, at=batch.now, **entry_of(check, findings=0)) for check in checks])
    for position, check in batch.plain.items():
        batch.outcomes[position] = Outcome(check.instance_id, check.pk)


def _settle_dues(checks: Iterable[Check]) -> None:
    """Whatever rounds asked for these looks have them now."""
    made: dict[tuple[int, str, str], Check] = {}
    for check in checks:
        made.setdefault((check.place_id, check.tier, check.matter), check)
    waiting = Due.objects.filter(
        place__in={place for place, _tier, _matter in made}, done_at=None, round__state=RoundState.PUBLISHED
    ).select_related("round")
    done = []
    for due in waiting:
        look = made.get((due.place_id, due.round.tier, due.round.matter))
        if look is not None:
            due.check_made, due.done_at = look, look.at
            done.append(due)
    change_all(done, "check_made", "done_at")
