"""What lies ready and is not in force: folders of previews, and a layer's next version in one of them.

They lie below `VAR/control/previews`, each under a name of its own, and go when somebody has decided, or by themselves.
What a look at it found lies in a folder of that look's own: another look may find something else.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _

from hemei.core.errors import Conflict
from hemei.core.models import Job
from hemei.engines.screen.terrain import KEPT
from hemei.engines.screen.writing import partial_of
from hemei.programmes.control.keeping import Laid, root
from hemei.programmes.control.kinds import ELEVATION
from hemei.programmes.control.reading import Read, Wanted

KEPT_DAYS = 7
NAME = re.compile(r"[0-9a-f]{32}")


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


class Taken(Protocol):
    """What was read of a file, or lies ready since: `keep` writes its working copy."""

    @property
    def version(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def classes(self) -> dict[str, str]: ...
    @property
    def crs(self) -> str: ...
    @property
    def remarks(self) -> list[str]: ...
    def keep(self, path: Path) -> None: ...


@dataclass(frozen=True)
class Draft:
    """A layer's next version: what was said and read of it, and the folder in which its file and its copy lie."""

    layer: NewLayer
    name: str
    version: str
    count: int
    classes: dict[str, str]
    crs: str
    remarks: list[str]
    folder: str

    @property
    def path(self) -> Path:
        return folder_of(self.folder) / f"layer{KEPT if self.layer.kind == ELEVATION else '.parquet'}"

    @property
    def content(self) -> bytes:
        return (folder_of(self.folder) / "original").read_bytes()

    def keep(self, path: Path) -> None:
        """Write the working copy, as `reading.Read` does."""
        with partial_of(path) as partial:
            shutil.copyfile(self.path, partial)
        if path.suffix == KEPT:
            shutil.copyfile(self.path.with_suffix(".json"), path.with_suffix(".json"))

    def laid(self) -> Laid:
        layer = self.layer
        has_tiers = bool(layer.wanted.tier_column)
        return Laid(layer.kind, self.path, self.version, self.classes, has_tiers, layer.half_width_m)

    def holds(self, on: date) -> bool:
        return self.layer.starts <= on and (self.layer.ends is None or on <= self.layer.ends)

    def told(self) -> dict[str, Any]:
        """As a job remembers it."""
        said = asdict(self)
        for key in ("starts", "ends"):
            said["layer"][key] = said["layer"][key].isoformat() if said["layer"][key] else ""
        return said

    @classmethod
    def of(cls, said: dict[str, Any]) -> Draft:
        layer = dict(said["layer"])
        starts, ends = (layer.pop(key) for key in ("starts", "ends"))
        days = {"starts": date.fromisoformat(starts), "ends": date.fromisoformat(ends) if ends else None}
        return cls(**said | {"layer": NewLayer(**layer | days | {"wanted": Wanted(**layer["wanted"])})})


def lay_ready(name: str, content: bytes, layer: NewLayer, read: Read) -> Draft:
    """Put a file that was read, and its working copy, into a folder of its own."""
    token = new_folder()
    draft = Draft(layer, name, read.version, read.count, read.classes, read.crs, read.remarks, token)
    try:
        (folder_of(token) / "original").write_bytes(content)
        read.keep(draft.path)
    except BaseException:
        forget_folder(token)
        raise
    return draft


def _previews() -> Path:
    return root() / "previews"


def new_folder() -> str:
    token = secrets.token_hex(16)
    (_previews() / token).mkdir(parents=True, mode=0o700)
    return token


def is_there(token: str) -> bool:
    return NAME.fullmatch(token) is not None and (_previews() / token).is_dir()


def folder_of(token: str) -> Path:
    """The folder of a preview. Raises Conflict where it has gone."""
    if not is_there(token):
        said = _("这次预览已经清掉了（放了 %(n)d 天，或已办完），请重新来一次。")
        raise Conflict(said % {"n": KEPT_DAYS}, code="gone")
    return _previews() / token


def results_of(job: Job) -> Path:
    """The folder of what one look at a preview found, which the look makes. Raises Conflict where the preview's has
    gone."""
    return folder_of(job.arguments.get("folder", "")) / str(job.pk)  # a job of an earlier version has none


def forget_folder(token: str) -> None:
    if is_there(token):
        shutil.rmtree(_previews() / token, ignore_errors=True)


def clear_previews() -> int:
    """Remove what was left alone for days. Returns how many."""
    there = _previews()
    before = time.time() - KEPT_DAYS * 86_400
    old = [one for one in there.iterdir() if one.stat().st_mtime < before] if there.is_dir() else []
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
