"""Layers come in, and are withdrawn."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At, require
from hemei.core.errors import Conflict, Mistaken
from hemei.core.files import store
from hemei.core.models import Evidence, Job
from hemei.core.writing import action, audit
from hemei.programmes.control.keeping import copy_path, district_code, law_of, newest_law
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import LayerVersion, Visibility
from hemei.programmes.control.reading import Read, Wanted, read_upload
from hemei.terms.day import today

WIDEST_ROAD_M = 50.0


@dataclass(frozen=True)
class NewLayer:
    """What somebody says of a layer: which one it is, who published it, from when to when it holds."""

    kind: str
    visibility: str
    publisher: str
    starts: date
    ends: date | None = None
    document: str = ""
    half_width_m: float = 0.0
    wanted: Wanted = field(default_factory=Wanted)
    is_demo: bool = False


def upload(*, where: At, name: str, content: bytes, layer: NewLayer, by: Actor) -> LayerVersion:
    """Read a file and take it in as the newest version of a layer. Raises Mistaken, and keeps nothing then."""
    require(by, "control.keep", where)
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
    read = read_upload(name, BytesIO(content), kind, layer.wanted, where.region)
    made: LayerVersion = add_layer(where=where, name=name, content=content, layer=layer, read=read, by=by)
    return made


@action(verb="control.keep", on="where")
def add_layer(*, where: At, name: str, content: bytes, layer: NewLayer, read: Read, by: Actor) -> LayerVersion:
    region = district_code(where.region)
    if len(where.region) > len(region):
        raise Mistaken(_("图层是全区的，要由区里登记。"), field="kind", code="district_only")
    sha256 = hashlib.sha256(content).hexdigest()
    same = LayerVersion.objects.filter(region=region, kind=layer.kind, original__sha256=sha256, withdrawn_on=None)
    if same.filter(starts=layer.starts).exists():
        raise Conflict(_("这个文件已经登记过了，生效日期也一样。"), field="file", code="known")
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
    return row


@action(verb="control.keep", on="layer")
def withdraw_layer(*, layer: LayerVersion, why: str, by: Actor) -> LayerVersion:
    """From today on the layer does not hold; what was judged by it stays as it was."""
    if layer.withdrawn_on is not None:
        raise Conflict(_("这一版已经停用。"), code="withdrawn")
    if not why.strip():
        raise Mistaken(_("请写明原因。"), field="why", code="no_reason")
    layer.withdrawn_on = today()
    layer.save(update_fields=["withdrawn_on"])
    audit(by, "layer.withdraw", f"layer:{layer.pk}", layer.region, values=why, detail={"why": why[:200]})
    return layer
