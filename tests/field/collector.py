"""A phone that behaves as ODK Collect does: a 12-hour Date, HEAD first, digests checked, posts split and sent again."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.test import Client

XFORMS = "{http://www.w3.org/2002/xforms}"
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
BOUNDARY = "--------------------------5d0f"


@dataclass
class Phone:
    """Talks to the server through Django's test client; `base` is what its person typed or scanned."""

    base: str
    http: Client = field(default_factory=lambda: Client(headers={"accept-language": "zh-CN"}))
    headers: dict[str, str] = field(
        default_factory=lambda: {
            "X-OpenRosa-Version": "1.0",
            "Date": "星期三, 25 11月 2026 03:04:05 GMT",  # a 12-hour clock, in the phone's language
            "User-Agent": "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0",
        }
    )

    def get(self, address: str) -> HttpResponse:
        return self.http.get(self._path(address), headers=self.headers)

    def forms(self, query: str = "") -> dict[str, dict[str, str]]:
        answer = self.get(f"{self.base}/formList{query}")
        assert (answer.status_code, answer["X-OpenRosa-Version"]) == (200, "1.0"), answer.content.decode()
        root = ElementTree.fromstring(answer.content)
        assert root.tag == f"{LIST}xforms"
        entries = [{line.tag.removeprefix(LIST): line.text or "" for line in entry} for entry in root]
        assert all(entry["formID"] and entry["name"] and entry["downloadUrl"] for entry in entries)
        return {entry["formID"]: entry for entry in entries}

    def fetch(self, entry: dict[str, str]) -> tuple[ElementTree.Element, dict[str, bytes]]:
        """The blank form and its files, each held against the digest that was promised."""
        blank = self.get(entry["downloadUrl"]).content
        assert entry["hash"] == f"md5:{hashlib.md5(blank).hexdigest()}"
        files = {}
        for line in ElementTree.fromstring(self.get(entry["manifestUrl"]).content):
            said = {part.tag.removeprefix(MANIFEST): part.text or "" for part in line}
            content = self.get(said["downloadUrl"]).content
            assert said["hash"] == f"md5:{hashlib.md5(content).hexdigest()}"
            files[said["filename"]] = content
        return ElementTree.fromstring(blank), files

    def send(
        self, xml: bytes, files: dict[str, bytes] | None = None, *, at_a_time: int = 100, **given: Any
    ) -> list[HttpResponse]:
        """HEAD, then as many POSTs as it takes; all but the last say that they are not the whole."""
        head = self.http.head(self._path(f"{self.base}/submission"), headers=self.headers)
        assert head.status_code == 204, "not an OpenRosa endpoint"
        assert int(head["X-OpenRosa-Accept-Content-Length"]) > 0
        names = list(files or {})
        parts = [names[i : i + at_a_time] for i in range(0, len(names), at_a_time)] or [[]]
        answers = []
        for number, part in enumerate(parts):
            incomplete = number < len(parts) - 1
            body = multipart(xml, {name: (files or {})[name] for name in part}, incomplete=incomplete)
            answers.append(self.post(body, **given))
        return answers

    def post(self, body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> HttpResponse:
        address = self._path(f"{self.base}/submission")
        return self.http.post(address, body, content_type=content_type, headers=self.headers)

    @staticmethod
    def _path(address: str) -> str:
        parts = urlsplit(address)
        return parts.path + (f"?{parts.query}" if parts.query else "")


def multipart(xml: bytes, files: dict[str, bytes], *, incomplete: bool = False) -> bytes:
    lines = [_part('name="xml_submission_file"; filename="submission.xml"', b"Content-Type: text/xml", xml)]
    lines += [_part(f'name="{name}"; filename="{name}"', b"Content-Type: image/jpeg", files[name]) for name in files]
    if incomplete:
        lines.append(_part('name="*isIncomplete*"', b"Content-Type: text/plain", b"yes"))
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


def _part(disposition: str, kind: bytes, content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n".encode()
    return head + kind + b"\r\n\r\n" + content + b"\r\n"


def filled(
    form: str, answers: dict[str, str], *, version: str = "1", instance: str = "", deprecated: str = ""
) -> bytes:
    """A filled-in form as Collect writes it, answers inside groups or not: the server goes by their names."""
    instance = instance or f"uuid:{uuid.uuid4()}"
    values = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in answers.items())
    old = f"<orx:deprecatedID>{deprecated}</orx:deprecatedID>" if deprecated else ""
    return (
        f'<?xml version="1.0" ?><data xmlns:orx="http://openrosa.org/xforms" id="{form}" version="{version}">'
        f"<group>{values}</group><orx:meta><orx:instanceID>{instance}</orx:instanceID>{old}</orx:meta></data>"
    ).encode()
