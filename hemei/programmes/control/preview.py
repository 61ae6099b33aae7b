"""Whose verdict would change: by the law and the layers as they are and as they would be, over all that stands or is
under way. Nothing is in force by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Job
from hemei.core.worker import Progress, work
from hemei.engines.screen.reading import Unreadable
from hemei.law.lists import title_of
from hemei.programmes.control import changes
from hemei.programmes.control.actions.law import law_aside
from hemei.programmes.control.comparing import compared
from hemei.programmes.control.keeping import in_force
from hemei.programmes.control.kinds import ZONES
from hemei.programmes.control.offering import Draft, results_of
from hemei.programmes.control.standpoint import Standpoint, as_it_is, touches, with_layer, without
from hemei.programmes.control.under_way import proposals_under_way

SHOWN = 200
STEPS = 100


@work("control.preview")
def preview(job: Job, progress: Progress) -> dict[str, Any]:
    """Compare what is with what the job would have. Started again after a kill, it begins anew."""
    said = job.arguments
    progress(0, STEPS, _("读取图层"))
    folder = results_of(job)
    folder.mkdir(mode=0o700, exist_ok=True)
    now = as_it_is(said["region"], date.fromisoformat(said["on"]))
    try:
        beside = _beside(now, said, folder, progress)
        then, rules = _then(now, said, folder)
        judged = _judged(now, then, rules, folder, progress, lists=_asks_lists(said))
    except Unreadable as fault:
        raise Mistaken(str(fault)) from fault
    progress(STEPS, STEPS)
    return beside | judged


def _asks_lists(said: dict[str, Any]) -> bool:
    """Whether the rows of the lists have to be asked too: of layers where it is that of the zones."""
    kind = said["layer"]["layer"]["kind"] if "layer" in said else said.get("kind", "")
    return kind == ZONES or bool(said.get("lists"))


def _then(now: Standpoint, said: dict[str, Any], folder: Path) -> tuple[Standpoint, set[str]]:
    """As it would be, and the rules that could say something else."""
    if "layer" in said:
        draft = Draft.of(said["layer"])
        then = with_layer(now, draft.laid(), folder / "maps") if would_hold(draft, now.region, now.on) else now
        return then, _touched(now, draft.layer.kind)
    if "version" in said:
        return without(now, said["version"]), _touched(now, said["kind"])
    book, plan = law_aside(said["entries"])
    return replace(now, book=book, plan=plan, entries=said["entries"]), set(said["rules"])


def _touched(now: Standpoint, kind: str) -> set[str]:
    return {one.id for one in now.book.on(now.on).rules if touches(kind, one, now.book)}


def would_hold(draft: Draft, region: str, on: date) -> bool:
    """Whether a layer that lies ready would be the one in force on a day: no other has begun later."""
    later = any(row.kind == draft.layer.kind and row.starts > draft.layer.starts for row in in_force(region, on))
    return draft.holds(on) and not later


def _beside(now: Standpoint, said: dict[str, Any], folder: Path, progress: Progress) -> dict[str, Any]:
    """Of a layer: what differs from the version in force, and whether it would be in force on the day at all."""
    if "layer" not in said:
        return {}
    draft = Draft.of(said["layer"])
    old = next((one for one in now.layers if one.kind == draft.layer.kind), None)
    told: dict[str, Any] = {"holds": would_hold(draft, now.region, now.on), "first": old is None}
    if old is not None:
        progress(1, STEPS, _("和现在有效的一版比"))
        told["difference"] = compared(old, draft.laid(), folder, lambda n: progress(n // 10, STEPS))
    return told


def _judged(
    now: Standpoint, then: Standpoint, rules: set[str], folder: Path, progress: Progress, *, lists: bool
) -> dict[str, Any]:
    proposals = proposals_under_way(now.region, lambda: progress(10, STEPS, _("找出在办的申请")))
    progress(10, STEPS, _("按现在的判一遍"))
    before, said_before = changes.outcomes(
        now, rules, folder, proposals, lambda n: progress(10 + 45 * n // 100, STEPS), lists=lists
    )
    progress(55, STEPS, _("按改后的判一遍"))
    after, said_after = changes.outcomes(
        then, rules, folder, proposals, lambda n: progress(55 + 45 * n // 100, STEPS), lists=lists
    )
    (folder / "standing.parquet").unlink(missing_ok=True)
    changed, quiet = changes.between(before, after)
    under_way = changes.moved(said_before, said_after)
    changes.keep(folder, changed)
    return {
        "rules": len(rules),
        "changed": len(set(changed.column("place").to_pylist())),
        "counts": changes.counted(changes.pairs(changed)),
        "quiet": quiet,
        "by_rule": [[rule, _title(rule, then, now), *told] for rule, *told in changes.summed(changed, "rule")],
        "by_village": changes.summed(changed, "village"),
        "proposals": len(proposals),
        "proposals_changed": len({key for key, *_words in under_way}),
        "proposals_counts": changes.counted((before, after) for _key, _rule, before, after in under_way),
        "proposals_shown": [[*key, _title(rule, then, now), *words] for key, rule, *words in under_way[:SHOWN]],
    }


def _title(rule: str, *stands: Standpoint) -> str:
    """What a rule, or a row of a list, is called."""
    titles = [one.title for stand in stands for one in stand.book.rules if one.id == rule]
    return next(iter(titles), "") or next(filter(None, (title_of(rule, stand.plan) for stand in stands)), rule)
