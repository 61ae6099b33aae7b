"""Forms as ODK Collect sends them, to a site that is killed: what is sent, and what its answer promises."""

from __future__ import annotations

import hashlib
import http.client
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.conftest import photo
from tests.faults.furnish import LEANS
from tests.field.collector import BOUNDARY, filled, multipart

HEADERS = {
    "X-OpenRosa-Version": "1.0",
    "User-Agent": "org.odk.collect.android/v2026.2.1",
    "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    "Accept-Language": "zh-CN",
}
ABOUT = {"hemei_channel": "call", "hemei_on_behalf": "户主"}


@dataclass(frozen=True)
class Form:
    """One filled-in self-check; the same each time it is sent."""

    instance: str
    place: int
    version: str
    leans: bool
    photos: dict[str, bytes] = field(default_factory=dict)

    @property
    def xml(self) -> bytes:
        said = {"hemei_place": str(self.place)} | ABOUT | (LEANS if self.leans else {})
        return filled("houses.selfcheck", said | dict.fromkeys(["photo"] if self.photos else [], "现场.jpg"),
                      version=self.version, instance=self.instance)  # fmt: skip

    @property
    def body(self) -> bytes:
        return multipart(self.xml, self.photos)

    @property
    def promised(self) -> dict[str, Any]:
        """What an answer of 201 says is there."""
        return {
            "kind": "check",
            "instance": self.instance,
            "digest": hashlib.sha256(self.xml).hexdigest(),
            "cases": int(self.leans or bool(self.photos)),  # a photo that names no danger is looked at by somebody
            "photos": [hashlib.sha256(content).hexdigest() for content in self.photos.values()],
        }


def form(rng: Random, instance: str, place: int, var: Path) -> Form:
    colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
    photos = {"现场.jpg": photo(f"rgb{colour}").content} if rng.random() < 0.6 else {}
    return Form(instance, place, (var / "selfcheck-version").read_text(), rng.random() < 0.4, photos)


def address(var: Path) -> str:
    """Where forms are sent with the key that `furnish` left."""
    return f"/key/{(var / 'collector-token').read_text()}/submission"


def post(port: int, path: str, body: bytes, patience_s: float) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience_s)
    try:
        connection.request("POST", path, body, HEADERS)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()
