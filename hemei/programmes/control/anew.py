"""What a new version of a layer or of the rules means to what is under way: whose verdicts changed is told, once.

What the verdicts were last told by is kept (`Reckoned`). Whenever something else holds, both are asked about every
proposal, and what differs is handed to whoever keeps the record, in the transaction that keeps what it was told by. So
a job that is started again, or twice, tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM
from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState, Region
from hemei.core.registry import registry
from hemei.core.worker import Progress, work
from hemei.core.writing import audit, writing
from hemei.engines.screen.reading import Unreadable
from hemei.programmes.control.keeping import InForce, radius_of, steeper_in
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import LayerVersion, OwnLaw, Reckoned
from hemei.programmes.control.turning import turns_of
from hemei.programmes.control.under_way import AT_ONCE, Key, proposals_under_way
from hemei.terms.day import today
from hemei.terms.proposal import Anew, Proposal, Turn

KIND = "control.anew"
MOST_TURNS = 3
"""So often it is looked whether applications were filed or drawn anew meanwhile. Whoever does so in the last moment is
answered by what holds already: there is nothing left to tell."""
Told = dict[Key, tuple[Proposal, tuple[Turn, ...]]]


def ask_anew(region: str, by: Any = None) -> None:
    """Have it told whose verdict changed, as background work: one job that waits is enough for several changes."""
    if not Job.objects.filter(kind=KIND, region=region, state=JobState.WAITING).exists():
        Job.objects.create(kind=KIND, region=region, by=by, arguments={"region": region})


def look_anew(day: date) -> None:
    """What begins or ceases to hold with a day. A district that was never reckoned begins with what it has now."""
    going = (JobState.WAITING, JobState.RUNNING)
    regions = {*LayerVersion.objects.values_list("region", flat=True), *OwnLaw.objects.values_list("region", flat=True)}
    for region in sorted(regions):
        if Job.objects.filter(kind=KIND, region=region, state__in=going).exists():
            continue
        now = InForce.of(region, day)
        last = _last(region)
        if last is None:
            with writing():
                _keep(now, told=0)
        elif because(as_it_held(last), now):
            with writing():
                ask_anew(region)


@work(KIND)
def tell_anew(job: Job, progress: Progress) -> dict[str, Any]:
    """Tell whose verdict changed since it was last told. Stopped or killed, it has told nothing and may begin again."""
    region = job.arguments["region"]
    try:
        return {"told": _tell(region, progress)}
    except Unreadable as fault:
        raise Mistaken(str(fault)) from fault


def _tell(region: str, progress: Progress) -> int:
    while True:
        last, now = _last(region), InForce.of(region, today())
        before = as_it_held(last) if last else InForce(now.region, now.on, (), None)
        why = because(before, now)
        if not why and (last is not None or not now.configured):
            return 0

        def step() -> None:
            progress(0, None, _("找出在办的申请"))

        found = compared(proposals_under_way(region, step), before, now, progress)
        for _turn in range(MOST_TURNS):
            going = proposals_under_way(region, step)
            meanwhile = [(key, one) for key, one in going if found.get(key, (None,))[0] != one]
            if not meanwhile:
                break
            found |= compared(meanwhile, before, now)
        with writing():
            Region.objects.select_for_update().filter(code=now.region).first()
            if _last(region) != last:
                continue  # another worker was quicker
            told = {key: turns for key, (_proposal, turns) in found.items() if turns}
            for kind in registry.records.values():
                if kind.ruled_anew is not None:
                    kind.ruled_anew(
                        {pk: Anew(now.on, why, turns) for (of, pk), turns in told.items() if of == kind.key}
                    )
            _keep(now, told=len(told))
        return len(told)


def _last(region: str) -> Reckoned | None:
    return Reckoned.objects.filter(region=region).order_by("-id").first()


def _keep(held: InForce, *, told: int) -> None:
    row = Reckoned.objects.create(
        region=held.region, on=held.on, law=held.law, layers=[layer.pk for layer in held.layers], told=told,
        recorded_at=timezone.now(),
    )  # fmt: skip
    values = [row.layers, held.law.pk if held.law else None]
    audit(SYSTEM, "control.tell", f"reckoned:{row.pk}", held.region, values=values, detail={"told": told})


def as_it_held(last: Reckoned) -> InForce:
    """The layers and the law of that day, which may be withdrawn by now."""
    layers = LayerVersion.objects.filter(pk__in=last.layers).select_related("original").order_by("kind")
    return InForce(last.region, last.on, tuple(layers), last.law)


def because(before: InForce, now: InForce) -> tuple[str, ...]:
    """In words, what holds now and did not, or no longer does; nothing where the same holds."""
    return tuple(_because(before, now))


def _because(before: InForce, now: InForce) -> Iterator[str]:
    titles = layer_kinds(now.read.book) | layer_kinds(before.read.book)
    was, are = ({layer.kind: layer for layer in held.layers} for held in (before, now))
    for kind in sorted(was.keys() | are.keys()):
        if was.get(kind) == are.get(kind):
            continue
        title = titles[kind].title if kind in titles else kind
        if new := are.get(kind):
            said = _("图层“%(title)s”换了新版（%(by)s）") if kind in was else _("登记了图层“%(title)s”（%(by)s）")
            by = " ".join(filter(None, (new.publisher, new.document)))
            yield said % {"title": title, "by": by}
        else:
            yield _("图层“%(title)s”不再有效") % {"title": title}
    if before.law != now.law:
        yield _("区里的规则改了（%(said)s）") % {"said": now.law.said if now.law else _("没有规则")}
    elif _dated(before) != _dated(now):
        yield _("规则里写明从这天起有变")


def _dated(held: InForce) -> tuple[Any, ...]:
    """What of the law is so on the day, and may be otherwise on another."""
    book, on = held.read.book, held.on
    rules = [(rule.id, rule.threshold) for rule in book.rules if rule.holds(on)]
    numbers = [(key, row.of, row.value) for key, one in book.parameters.items() for row in one.values if row.holds(on)]
    clauses = [
        key
        for key, one in book.clauses.items()
        if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)
    ]
    rows = [(row.table, row.number) for some in held.read.plan.values() for row in some if row.holds(on)]
    unread = [fault for fault in held.read.faults if fault.decides(on)]
    steep_deg = steeper_in(held.law.entries if held.law else {}, on)
    return rules, numbers, clauses, rows, unread, radius_of(held.law, on), steep_deg


def compared(
    proposals: list[tuple[Key, Proposal]], before: InForce, now: InForce, progress: Progress | None = None
) -> Told:
    """Each proposal with the rules whose answer changed. A drawing that cannot be read has none."""
    found: Told = {}
    error_m = max((one.position_error_m for _key, one in proposals), default=0.0)
    for first in range(0, len(proposals), AT_ONCE):
        if progress is not None:
            progress(first, len(proposals), _("核对在办的申请"))
        some = proposals[first : first + AT_ONCE]
        turns = turns_of([one for _key, one in some], before, now, error_m)
        found |= {key: (one, turned) for (key, one), turned in zip(some, turns, strict=True)}
    if progress is not None:
        progress(len(proposals), len(proposals))
    return found
