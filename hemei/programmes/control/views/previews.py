"""谁的结论会变: how far the preview is, what it found, and keeping, asking again or dropping what it was made for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import At, Scope, may, scope_of
from hemei.core.doors import found, reach
from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState, Place
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.law.book import LayerKind
from hemei.maps.views import TILE, unless_known
from hemei.office.request import OfficeRequest
from hemei.programmes.control import changes
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.actions.layers import ask_withdrawal, look_again, put_in_force, withdraw_previewed
from hemei.programmes.control.actions.previews import drop_preview
from hemei.programmes.control.keeping import in_force, law_of, newest_law
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.legend import frame_of, legend_of_changes
from hemei.programmes.control.models import LayerVersion, OfControl
from hemei.programmes.control.offering import KEPT_DAYS, Draft, folder_of, forget_folder, is_there, results_of
from hemei.programmes.control.queries.drawn import preview_tile
from hemei.programmes.control.queries.layers import of_matter
from hemei.programmes.control.queries.results import decisions
from hemei.programmes.control.views.district import MATTER
from hemei.programmes.control.views.screenings import GOING, SHOWN, Numbered

WORDS: dict[str, Callable[[], str]] = {
    "fail": lambda: _("不符合"),
    "unknown": lambda: _("待核"),
    "pass": lambda: _("符合或不涉及"),
    "unset": lambda: _("未配置"),
}


def _job(request: OfficeRequest, pk: int) -> Job:
    """A preview that this person asked for, while they keep the law of its district: it shows where houses stand."""
    reach(request.actor, "control.keep", MATTER)
    job = found(Job.objects.filter(kind="control.preview", pk=pk, by=request.user).first())
    return found(job if may(request.actor, "control.keep", _where(job)) else None)


def _counts(counted: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(WORDS[before](), WORDS[after](), n) for key, n in counted.items() for before, after in [key.split(">")]]


def _where(job: Job) -> At:
    return At(job.arguments["region"], OfControl.matter)


def _is_there(job: Job) -> bool:
    """Whether what lies ready for a preview has not gone; of one that is done, also what it found."""
    is_kept = is_there(job.arguments.get("folder", ""))
    return is_kept and (job.state != JobState.DONE or results_of(job).is_dir())


def detail(request: OfficeRequest, asked: int) -> HttpResponse:
    job = _job(request, asked)
    if request.headers.get("HX-Request") and job.state not in GOING:
        return HttpResponse(headers={"HX-Redirect": request.get_full_path()})  # whole: with its map
    scope = reach(request.actor, "control.keep", MATTER)
    context: dict[str, Any] = {
        "job": job,
        "going": job.state in GOING,
        "percent": job.done,
        "days": KEPT_DAYS,
        "there": _is_there(job),
        **_about(job),
    }
    if job.state == JobState.DONE and context["there"]:
        context |= _found(request, job, scope) | _under_way(request, job.result)
    return render(request, "control/preview.html", context)


def _about(job: Job) -> dict[str, Any]:
    """What the preview is of, and where it leads back to."""
    if "version" in job.arguments:
        return _of_withdrawal(job)
    if "layer" not in job.arguments:
        words = {"about": _("管控规则"), "title": job.arguments.get("title", ""), "keep": _("保存")}
        return words | {"back": reverse("control.rules")}
    draft = Draft.of(job.arguments["layer"])
    kind = _kind(job.region, draft.layer.kind)
    return {
        "about": _("管控图层"),
        "back": reverse("control"),
        "keep": _("启用这一版"),
        "draft": draft,
        "title": kind.title if kind else draft.layer.kind,
        "is_raster": kind is not None and kind.id == "elevation",
    }


def _of_withdrawal(job: Job) -> dict[str, Any]:
    """The same of a version of a layer that would cease to hold: which one takes its place, if any does."""
    said = job.arguments
    kind, on = _kind(job.region, said["kind"]), date.fromisoformat(said["on"])
    left = in_force(job.region, on, but=said["version"])
    return {
        "about": _("管控图层"),
        "back": reverse("control.layer", args=[said["version"]]),
        "keep": _("停用这一版"),
        "withdrawn": LayerVersion.objects.get(pk=said["version"]),
        "instead": next((row for row in left if row.kind == said["kind"]), None),
        "title": kind.title if kind else said["kind"],
    }


def _kind(region: str, kind: str) -> LayerKind | None:
    return layer_kinds(law_of(newest_law(region))[0]).get(kind)


def _found(request: OfficeRequest, job: Job, scope: Scope) -> dict[str, Any]:
    result = job.result
    table = changes.kept(results_of(job))
    drawn = {f"to-{word}" for word in pc.unique(table.column("after")).to_pylist()}
    if difference := result.get("difference"):
        drawn |= {what for what, n in _drawn_ground(difference).items() if n}
    rule, region = (request.GET.get(key, "") for key in ("rule", "region"))
    chosen = _chosen(table, rule, region)
    numbered = Numbered.of(request, chosen.num_rows)
    tiles = reverse("control.preview_tile", args=[job.pk, 0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}")
    return {
        "result": result,
        "difference": difference,
        "counts": _counts(result["counts"]),
        "quiet": _counts(result["quiet"]),
        "by_rule": [(key, title, _counts(counted), n) for key, title, counted, n in result["by_rule"]],
        "by_village": [(code, _counts(counted), n) for code, counted, n in result["by_village"]],
        "rows": _rows(chosen.slice(numbered.start, SHOWN), result, scope),
        "page": numbered.turns(request),
        "narrowed": bool(rule or region),
        "region_names": names(within=scope),
        **frame_of(job.region),
        "legend": legend_of_changes(drawn),
        "overlay": f"{tiles}?v={job.pk}",
        "boundaries": reverse("map_regions"),
    }


def _drawn_ground(difference: dict[str, Any]) -> dict[str, float]:
    """How much of each sort of ground there is to draw; of rasters none."""
    sorts = {"came": "came_m2", "went": "went_m2", "turned": "renamed"}
    return {sort: difference.get(key, 0) for sort, key in sorts.items()}


def _chosen(table: pa.Table, rule: str, region: str) -> pa.Table:
    if rule:
        table = table.filter(pc.equal(table.column("rule"), rule))
    return table.filter(pc.starts_with(table.column("village"), region)) if region else table


def _rows(table: pa.Table, result: dict[str, Any], scope: Scope) -> list[dict[str, Any]]:
    """The changes of one page with their places, and what an officer has said of each before: that stays."""
    rows: list[dict[str, Any]] = table.to_pylist()
    keys = [row["place"] for row in rows]
    places = Place.objects.filter(scope.q(matter=of_matter), pk__in=keys).in_bulk()
    said = decisions(keys, within=scope)
    titles = {rule: title for rule, title, *_counts in result["by_rule"]}
    return [
        row
        | {
            "place": places[row["place"]],
            "title": titles.get(row["rule"], row["rule"]),
            "decision": said.get((row["place"], row["rule"])),
        }
        for row in rows
        if row["place"] in places
    ]


def _under_way(request: OfficeRequest, result: dict[str, Any]) -> dict[str, Any]:
    """What is under way and would be judged otherwise; one by one only what this person may see."""
    shown: list[tuple[str, Any, str, str, str]] = []
    wanted = result["proposals_shown"]
    for key in dict.fromkeys(row[0] for row in wanted):
        kind = registry.records[key]
        scope = scope_of(request.actor, kind.right, registry.programme_of_record(key).key)
        rows = kind.read(within=scope).in_bulk([row[1] for row in wanted if row[0] == key])
        shown += [(kind.page, rows[pk], *words) for name, pk, *words in wanted if name == key and pk in rows]
    return {"proposals_counts": _counts(result["proposals_counts"]), "proposals_shown": shown}


def tile(request: OfficeRequest, asked: int, z: int, x: int, y: int) -> HttpResponse:
    job = _job(request, asked)
    if job.state != JobState.DONE or not _is_there(job):
        raise Http404
    try:
        body = preview_tile(results_of(job), z, x, y)
    except ValueError as error:
        raise Http404 from error
    return unless_known(request, body, TILE)


@require_POST
def keep(request: OfficeRequest, asked: int) -> HttpResponse:
    """Put in force what was previewed."""
    job = _job(request, asked)
    if job.state != JobState.DONE:
        return redirect("control.preview", asked=asked)
    said = job.arguments
    try:
        folder_of(said.get("folder", ""))
        if "layer" in said:
            made = put_in_force(where=_where(job), job=job, by=request.actor)
            messages.success(request, _("图层已启用。重新筛查以后，结果按新图层算。"))
            return redirect("control.layer", pk=made.pk)
        if "version" in said:
            withdraw_previewed(layer=found(_version(job)), job=job, by=request.actor)
            messages.success(request, _("从今天起停用；按它判过的结果还在。"))
            return redirect("control.layer", pk=said["version"])
        change_law(where=_where(job), entries=said["entries"], said=said["said"], seen=said["seen"], by=request.actor)
        forget_folder(said["folder"])
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("control.preview", asked=asked)
    messages.success(request, _("规则已改，从现在起按它判。筛查结果要重新筛查才变。"))
    return redirect(said["then"])


def _version(job: Job) -> LayerVersion | None:
    return LayerVersion.objects.filter(region=job.region, pk=job.arguments["version"]).first()


@require_POST
def again(request: OfficeRequest, asked: int) -> HttpResponse:
    """Look anew at what a layer would change: rules or layers are others by now, or the last look was broken off."""
    job = _job(request, asked)
    said = job.arguments
    if job.state in GOING or not {"layer", "version"} & said.keys():
        return redirect("control.preview", asked=asked)
    try:
        if "version" in said:
            made = ask_withdrawal(layer=found(_version(job)), why=said["why"], by=request.actor)
            forget_folder(said["folder"])
        else:
            made = look_again(where=_where(job), draft=Draft.of(said["layer"]), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("control.preview", asked=asked)
    return redirect("control.preview", asked=made.pk)


@require_POST
def drop(request: OfficeRequest, asked: int) -> HttpResponse:
    """Let it be: what was laid ready goes."""
    job = _job(request, asked)
    drop_preview(where=_where(job), job=job, by=request.actor)
    messages.success(request, _("没有改，预览已经清掉。"))
    return redirect(str(_about(job)["back"]))
