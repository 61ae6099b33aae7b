"""Every field of the site that takes files × files of somebody who means harm: refused in words, or kept and inert.

The fields are found by walking the pages. Each gets some of the files in turn; `HEMEI_CASES=100` gives each all of
them, those included that take long to make.
"""

from __future__ import annotations

import os
import resource
from collections import deque
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.engines.tables import BadFile, read
from hemei.terms.day import today
from tests.conftest import People
from tests.site.hostile_files import HOSTILE, LONG_TO_MAKE, NAMES, SECRET
from tests.site.test_addresses import ADDRESSES, all_of, village_records
from tests.site.test_forms import Browser, Form

__all__ = ["village_records"]

TIMES = int(os.environ.get("HEMEI_CASES", "2")) * 2
MOST_MB = 700
QUICK = [what for what in HOSTILE if what not in LONG_TO_MAKE]
FILES = list(HOSTILE) if TIMES > 100 else QUICK
ENDLESS = (
    "an old workbook in a circle",
    "an old workbook in another circle",
    "a GeoPackage with an endless view",
    "a GeoPackage with an endless table",
    "a GeoPackage that reckons a huge value",
    "a workbook with a cell of 100 MB",
    "a Parquet of 20 GB",
    "a Parquet of 6 million rows",
    "a Parquet of one text a million times in a list",
    "a Parquet of 6 million numbers in a row",
)


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize("what", ENDLESS)
def test_what_would_never_end_is_refused_before_it_begins(what: str) -> None:
    name, content = HOSTILE[what]()
    before = peak_mb()
    with pytest.raises(BadFile):
        deque((row for table in read(content, name) for row in table.rows), maxlen=0)
    assert peak_mb() - before < MOST_MB


def filled_in(form: Form, name: str) -> dict[str, object]:
    """As somebody fills it in who wants the file to be read."""
    said: dict[str, object] = {}
    for field, offered in form.fields.items():
        said[field] = next(
            (one for one in reversed(offered) if one), today().isoformat() if field[-2:] == "on" else "1"
        )
    if "class_column" in said:
        kind = "elevation" if name.endswith(".tif") else "geohazard_danger"
        said |= dict.fromkeys(("class_column", "tier_column", "layername", "ends"), "") | {"kind": kind}
    return said


@pytest.mark.parametrize("who", ["district", "administrator"])
def test_no_field_takes_harm(village_records: People, who: str) -> None:
    client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
    client.force_login(getattr(village_records, who).account, "django.contrib.auth.backends.ModelBackend")
    browser = Browser(client)
    forms = [one for one in browser.forms(address() for address in ADDRESSES) if one.files]
    assert forms
    before, harm, made = peak_mb(), dict[str, str](), dict[str, tuple[str, bytes]]()
    for number, form in enumerate(forms):
        for turn in range(min(TIMES, len(FILES))):
            what = FILES[(number * TIMES + turn) % len(FILES)]
            name, content = made.get(what) or made.setdefault(what, HOSTILE[what]())
            name = NAMES[turn % len(NAMES)] + Path(name).suffix if turn % 4 == 3 else name
            files = {field: SimpleUploadedFile(name, content) for field in form.files}
            for file in files.values():
                file._name = name  # as another program may send it
            response = browser.press(form.method, form.address, filled_in(form, name) | files)
            body = all_of(response)
            if response.status_code >= 500 or SECRET.encode() in body:
                harm[f"{form.address} {what}"] = f"{response.status_code} {body[:80]!r}"
    assert harm == {}
    assert browser.broken == {}
    assert peak_mb() - before < MOST_MB
