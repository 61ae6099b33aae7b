"""The control layers on a map: which are drawn, in which colours, and how far they reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import shapely
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.models import Region
from hemei.programmes.control.keeping import law_of, newest_law
from hemei.programmes.control.kinds import layer_kinds
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.queries.drawn import shown_layers
from hemei.terms.day import today
from hemei.terms.region import Level

COLOURS = 8
"""How many colours the style sheet has for layers."""


@dataclass(frozen=True)
class Chip:
    """One layer in the legend."""

    kind: str
    title: str
    css: str
    is_demo: bool
    on: bool = True


def legend(layers: list[LayerVersion], only: str = "") -> list[Chip]:
    """The layers with their colours; where one is asked for, the others are switched off at first."""
    if not layers:
        return []
    kinds = layer_kinds(law_of(newest_law(layers[0].region))[0])
    every = shown_layers(layers[0].region, today(), public=False)
    order = {row.kind: number for number, row in enumerate(every)}  # the same layer, the same colour for everybody
    return [
        Chip(
            row.kind,
            kinds[row.kind].title if row.kind in kinds else row.kind,
            f"is-layer-{order.get(row.kind, 0) % COLOURS + 1}",
            row.is_demo,
            only not in {one.kind for one in layers} or row.kind == only,
        )
        for row in layers
    ]


def map_of(code: str, layers: list[LayerVersion], tiles: str, only: str = "") -> dict[str, Any]:
    """What maps/_ruled_map.html needs."""
    address = tiles.replace("0/0/0", "{z}/{x}/{y}")
    versions = "-".join(str(row.pk) for row in layers)
    return {**frame_of(code), "legend": legend(layers, only), "overlay": f"{address}?district={code}&v={versions}"}


def frame_of(code: str) -> dict[str, Any]:
    """A map of a district before anything is drawn on it."""
    home = Region.district_of(code)
    return {
        "bounds": ",".join(f"{degree:.5f}" for degree in shapely.bounds(home.shape)) if home else "",
        "tianditu_key": settings.TIANDITU_KEY,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
    }


def legend_of_changes(drawn: Collection[str]) -> list[Chip]:
    """What a preview draws, with its colours."""
    titles = {
        "came": (_("新划入的范围"), 6),
        "went": (_("不再在内的范围"), 3),
        "turned": (_("只改了类别的范围"), 8),
        "to-fail": (_("变为不符合的房屋"), 2),
        "to-unknown": (_("变为待核的房屋"), 4),
        "to-pass": (_("变为符合或不涉及的房屋"), 5),
        "to-unset": (_("变为未配置的房屋"), 1),
    }
    return [Chip(key, str(said), f"is-layer-{n}", False) for key, (said, n) in titles.items() if key in drawn]


def overlay(region: str, *, public: bool) -> dict[str, Any]:
    """See `core.registry.OverlayReader`."""
    code = region[: Level.DISTRICT]
    tiles = reverse("control.open_tile" if public else "control.tile", args=[0, 0, 0])
    return map_of(code, shown_layers(code, today(), public=public), tiles)
