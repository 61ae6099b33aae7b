"""Layers come in, and are withdrawn."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At, require
from hemei.core.errors import Conflict, Mistaken
from hemei.core.files import store
from hemei.core.models import Evidence, Job
from hemei.core.writing import action, audit
from hemei.programmes.control.anew import ask_anew
from hemei.programmes.control.keeping import copy_path, district_code, in_force, law_of, newest_law
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import LayerVersion, Visibility
from hemei.programmes.control.offering import (
    Draft,
    NewLayer,
    Taken,
    folder_of,
    forget_folder,
    lay_ready,
    new_folder,
)
from hemei.programmes.control.reading import Read, read_upload
from hemei.terms.day import today

WIDEST_ROAD_M = 50.0


def upload(*, where: At, name: str, content: bytes, layer: NewLayer, by: Actor) -> LayerVersion:
    """Read a file and take it in as the newest version of a layer. Raises Mistaken, and keeps nothing then."""
    read = _looked_over(where, name, content, layer, by)
    made: LayerVersion = add_layer(where=where, name=name, content=content, layer=layer, read=read, by=by)
    return made


def offer(*, where: At, name: str, content: bytes, layer: NewLayer, by: Actor) -> Job:
    """Read a file, lay it ready, and have it worked out what it would change: it is in force when somebody confirms it.

    Raises Mistaken, and keeps nothing then.
    """
    read = _looked_over(where, name, content, layer, by)
    _refuse_known(where.region, layer, hashlib.sha256(content).hexdigest())
    draft = lay_ready(name, content, layer, read)
    try:
        return look_again(where=where, draft=draft, by=by)
    except BaseException:
        forget_folder(draft.folder)
        raise


@action(verb="control.keep", on="where")
def look_again(*, where: At, draft: Draft, by: Actor) -> Job:
    """Have it worked out what a layer that lies ready would change, on the day from which it holds or today."""
    region, on = district_code(where.region), max(draft.layer.starts, today())
    arguments: dict[str, Any] = {"region": region, "layer": draft.told(), "folder": draft.folder}
    arguments |= {"on": on.isoformat(), "seen": seen_now(region, on)}
    folder_of(draft.folder)
    job = Job.objects.create(kind="control.preview", region=region, by=by.account, arguments=arguments)
    audit(by, "layer.preview", f"job:{job.pk}", region, values=arguments, detail={"kind": draft.layer.kind})
    return job


def seen_now(region: str, on: date) -> list[int]:
    """What somebody who looks at a preview goes by: the newest law (0: none), and the layers in force."""
    law = newest_law(region)
    return [law.pk if law else 0, *sorted(row.pk for row in in_force(region, on))]


def put_in_force(*, where: At, job: Job, by: Actor) -> LayerVersion:
    """Take in the layer of a preview that somebody has looked at. Raises Conflict where it has gone, or where layers or
    rules are others by now."""
    said = job.arguments
    draft = Draft.of(said["layer"])
    content = draft.content
    if said["seen"] != seen_now(said["region"], date.fromisoformat(said["on"])):
        raise Conflict(_("图层或规则刚被别人改过，请再看一遍谁的结论会变。"), code="changed_meanwhile")
    made: LayerVersion = add_layer(where=where, name=draft.name, content=content, layer=draft.layer, read=draft, by=by)
    forget_folder(draft.folder)
    return made


def _looked_over(where: At, name: str, content: bytes, layer: NewLayer, by: Actor) -> Read:
    """A layer's file, read. Raises Mistaken for what is said of it, and for what it is."""
    require(by, "control.keep", where)
    if len(where.region) > len(district_code(where.region)):
        raise Mistaken(_("图层是全区的，要由区里登记。"), field="kind", code="district_only")
    kind = layer_kinds(law_of(newest_law(where.region))[0]).get(layer.kind)
    if kind is None:
        raise Mistaken(_("没有这种图层。"), field="kind", code="unknown_kind")
    if layer.visibility not in Visibility.values:
        raise Mistaken(_("请选公开或内部；涉密数据不得装入本系统。"), field="visibility")
    if kind.is_internal and layer.visibility == Visibility.PUBLIC:
        raise Mistaken(
            _("“%(title)s”按规则只能作内部图层，公众只看到结论和条款。") % {"title": kind.title}, field="visibility"
        )
    if not layer.publisher.strip():
        raise Mistaken(_("请写明是哪个单位发布的。"), field="publisher")
    if layer.ends is not None and layer.ends < layer.starts:
        raise Mistaken(_("到期早于生效日期。"), field="ends")
    if not 0.0 <= layer.half_width_m <= WIDEST_ROAD_M:
        raise Mistaken(_("假定半宽填 0 到 %(most)d 米。") % {"most": WIDEST_ROAD_M}, field="half_width_m")
    return read_upload(name, BytesIO(content), kind, layer.wanted, where.region)


def _refuse_known(region: str, layer: NewLayer, sha256: str) -> None:
    same = LayerVersion.objects.filter(
        region=district_code(region), kind=layer.kind, original__sha256=sha256, withdrawn_on=None
    )
    if same.filter(starts=layer.starts).exists():
        raise Conflict(_("这个文件已经登记过了，生效日期也一样。"), field="file", code="known")


@action(verb="control.keep", on="where")
def add_layer(*, where: At, name: str, content: bytes, layer: NewLayer, read: Taken, by: Actor) -> LayerVersion:
    region = district_code(where.region)
    _refuse_known(region, layer, hashlib.sha256(content).hexdigest())
    now = timezone.now()
    original = Evidence.objects.create(
        sha256=store(content),
        name=name[-200:],
        media_type="application/octet-stream",
        size=len(content),
        source="",
        recorded_at=now,
        region=region,
        actor=str(by),
    )
    row = LayerVersion.objects.create(
        region=region,
        kind=layer.kind,
        visibility=layer.visibility,
        publisher=layer.publisher.strip(),
        document=layer.document.strip(),
        starts=layer.starts,
        ends=layer.ends,
        original=original,
        layername=layer.wanted.layername,
        version=read.version,
        features=read.count,
        class_column=layer.wanted.class_column,
        classes=read.classes,
        tier_column=layer.wanted.tier_column,
        half_width_m=layer.half_width_m,
        crs=read.crs[:120],
        remarks=read.remarks,
        is_demo=layer.is_demo,
        recorded_at=now,
        actor=str(by),
    )
    path = copy_path(row)
    read.keep(path)
    said = {key: value for key, value in asdict(layer).items() if key != "wanted"}
    audit(by, "layer.add", f"layer:{row.pk}", region, values=said, detail={"kind": row.kind, "version": row.version})
    if by.account is not None:
        Job.objects.create(kind="control.prepare", region=region, by=by.account, arguments={"region": region})
        ask_anew(region, by.account)
    return row


@action(verb="control.keep", on="layer")
def ask_withdrawal(*, layer: LayerVersion, why: str, by: Actor) -> Job:
    """Have it worked out whose verdict would change if a version of a layer ceased to hold today."""
    _refuse_withdrawal(layer, why)
    arguments: dict[str, Any] = {"region": layer.region, "version": layer.pk, "kind": layer.kind, "why": why}
    arguments |= {"on": today().isoformat(), "seen": seen_now(layer.region, today()), "folder": new_folder()}
    job = Job.objects.create(kind="control.preview", region=layer.region, by=by.account, arguments=arguments)
    audit(by, "layer.preview", f"job:{job.pk}", layer.region, values=arguments, detail={"kind": layer.kind})
    return job


def withdraw_previewed(*, layer: LayerVersion, job: Job, by: Actor) -> LayerVersion:
    """Stop using a version that somebody has looked at what that changes. Raises Conflict where the look has gone, or
    where layers or rules are others by now."""
    said = job.arguments
    folder_of(said["folder"])
    if said["seen"] != seen_now(said["region"], date.fromisoformat(said["on"])):
        raise Conflict(_("图层或规则刚被别人改过，请再看一遍谁的结论会变。"), code="changed_meanwhile")
    gone: LayerVersion = withdraw_layer(layer=layer, why=said["why"], by=by)
    forget_folder(said["folder"])
    return gone


def _refuse_withdrawal(layer: LayerVersion, why: str) -> None:
    if layer.withdrawn_on is not None:
        raise Conflict(_("这一版已经停用。"), code="withdrawn")
    if not why.strip():
        raise Mistaken(_("请写明原因。"), field="why", code="no_reason")


@action(verb="control.keep", on="layer")
def withdraw_layer(*, layer: LayerVersion, why: str, by: Actor) -> LayerVersion:
    """From today on the layer does not hold; what was judged by it stays as it was."""
    _refuse_withdrawal(layer, why)
    layer.withdrawn_on = today()
    layer.save(update_fields=["withdrawn_on"])
    audit(by, "layer.withdraw", f"layer:{layer.pk}", layer.region, values=why, detail={"why": why[:200]})
    ask_anew(layer.region, by.account)
    return layer
