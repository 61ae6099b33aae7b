"""Submissions as ODK Collect sends them, one by one, each stored durably with its findings and cases before the answer.

    python -m benchmarks.bench_collect [SECONDS]

A submission is a survey of 30-odd questions as multipart XML, sent with a phone's key under the limit that holds for
each phone. One in ten shows a leaning wall, so that a case is opened, handed over and told in the same transaction.

Peer: ODK Central (two processes, PostgreSQL) on such a machine, OpenRosa submissions of a form of the same length:
168/s at 8 connections, 92/s at 1 (p99 34 ms), 227/s at 32 in a burst, 125–150/s sustained, 13–16 ms of processor time.
It stores the XML and derives nothing from it.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from itertools import cycle
from xml.sax.saxutils import escape

from benchmarks import site
from benchmarks.client import post
from benchmarks.filling import ensure
from benchmarks.submitting import A_CASE_IN, one_by_one, surveyor

SECONDS = 60
PHONES = 200  # so many that none of them reaches its limit
FORM = "houses.survey"
BOUNDARY = "5f2d0c1b-bench"
HEADERS = {"X_OpenRosa_Version": "1.0", "User_Agent": "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0"}


def submissions() -> Callable[[], bytes | None]:
    from hemei.core.models import Case, Check, Place
    from hemei.core.registry import registry

    version, tokens = registry.forms[FORM].read.version, cycle(phones())
    looked = Check.objects.filter(form=FORM, version=version)
    whole = looked.filter(without_findings=True).order_by("-id").values_list("answers", flat=True)[0]
    leaning = whole | {"wall_leaning": "obvious"}
    standing = list(Place.objects.filter(removed_on=None, kind="house").order_by("id").values_list("pk", flat=True))
    # A danger where a case is open joins that one, so it is shown where none is; what earlier runs opened stays.
    troubled = set(Case.objects.filter(ended_at=None).values_list("place", flat=True))
    places, untroubled = cycle(standing), iter([pk for pk in standing if pk not in troubled])
    numbers = iter(range(10**9))

    def make() -> bytes:
        fresh = next(untroubled, None) if next(numbers) % A_CASE_IN == 0 else None
        body = multipart(filled(version, fresh, leaning) if fresh else filled(version, next(places), whole))
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return post(f"/key/{next(tokens)}/submission", body, kind=kind, **HEADERS)

    return make


def phones() -> Iterator[str]:
    """Keys of people who may survey the whole district."""
    from hemei.core.access import SYSTEM, At
    from hemei.core.actions.collector import MOST_PHONES, issue_collector
    from hemei.demo.naming import DISTRICT_CODE

    for _person in range(PHONES // MOST_PHONES):
        account = surveyor()
        for phone in range(MOST_PHONES):
            where = At(DISTRICT_CODE)
            yield issue_collector(where=where, account=account, name=f"压测{phone}", by=SYSTEM)[1]


def filled(version: str, place: int, answers: dict[str, object]) -> bytes:
    said = {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in answers.items()}
    values = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in said.items())
    return (
        f'<?xml version="1.0" ?><data xmlns:orx="http://openrosa.org/xforms" id="{FORM}" version="{version}">'
        f"<hemei_place>{place}</hemei_place><all>{values}</all>"
        f"<orx:meta><orx:instanceID>uuid:{uuid.uuid4()}</orx:instanceID></orx:meta></data>"
    ).encode()


def multipart(xml: bytes) -> bytes:
    head = 'Content-Disposition: form-data; name="xml_submission_file"; filename="survey.xml"\r\nContent-Type: text/xml'
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + xml + f"\r\n--{BOUNDARY}--\r\n".encode()


def main(seconds: float) -> None:
    for database in site.databases():
        ensure(database)
    for database in site.databases():
        site.again("benchmarks.bench_collect", database, str(seconds))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        site.use(sys.argv[1])
        one_by_one("Collect", sys.argv[1], float(sys.argv[2]), submissions(), good=201)
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
