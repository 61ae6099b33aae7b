"""What the public may see of a verdict: from an internal layer an answer and its clause, no shape and no number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hemei.terms.verdict import Outcome, Verdict

from .book import LayerKind
from .rules import EVERYWHERE

AT_THE_WINDOW = "到窗口核实"


def for_the_public(verdict: Verdict, layers: Mapping[str, LayerKind]) -> Verdict:
    """The verdict as anybody may see it."""
    layer = layers.get(verdict.layer)
    if verdict.layer == EVERYWHERE or (layer is not None and not layer.is_internal):
        return verdict
    missing = (AT_THE_WINDOW,) if verdict.outcome is Outcome.UNKNOWN else ()
    hidden = replace(verdict, measured=None, threshold=None, share=None, part=None, layer_version="", missing=missing)
    return replace(hidden, assumed_m=0.0, looked_m=0.0)
