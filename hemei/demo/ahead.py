"""Compiling what screens, in a process of its own, while the year is played: python -m hemei.demo.ahead

A fresh install has no machine code yet. To compile it takes half a minute and some hundred megabytes, which the process
that makes the district does not have to spare.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hemei.engines.screen.compiled import is_cold

PATIENCE_S = 120
SQUARE = [[110.5, 31.5], [110.501, 31.5], [110.501, 31.501], [110.5, 31.501], [110.5, 31.5]]
BENT = [[110.5005, 31.5005], [110.502, 31.5005], [110.502, 31.502], [110.5015, 31.502], [110.5015, 31.501],
        [110.5005, 31.501], [110.5005, 31.5005]]  # fmt: skip


def compile_ahead() -> Callable[[], None]:
    """Begin to compile, where nothing is compiled yet. Call what comes back to wait until it is, or was given up."""
    if not is_cold():
        return lambda: None
    child = subprocess.Popen([sys.executable, "-m", "hemei.demo.ahead"])

    def wait() -> None:
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    return wait


def main() -> None:
    """Measure two buildings, which calls every kernel once."""
    from hemei.engines.screen.measuring import Run, Task

    with TemporaryDirectory() as folder:
        shapes = [
            {"type": "Feature", "properties": {"id": number}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for number, ring in enumerate((SQUARE, BENT))
        ]
        houses, zones, areas, far = (
            str(Path(folder) / f"{name}.geojson") for name in ("houses", "zones", "areas", "far")
        )
        for name in (houses, zones, areas, far):
            Path(name).write_text(json.dumps({"type": "FeatureCollection", "features": shapes}))
        task = Task(houses, (zones,), (areas,), ((far, 50.0),), crs="EPSG:4546", keep_maps=False)
        for _done in Run(task).batches():
            pass


if __name__ == "__main__":
    main()
