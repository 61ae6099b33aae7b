"""Jobs: done once, cancelled when asked, taken up again after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import get_language, override

from hemei.core.models import Job
from hemei.core.worker import KINDS, LOST_AFTER, Progress, run, take_next, work


@pytest.fixture(autouse=True)
def _kinds(db) -> Iterator[None]:
    @work("test.count")
    def count(job: Job, progress: Progress) -> dict[str, int]:
        for number in range(1, job.arguments["to"] + 1):
            progress(number, job.arguments["to"])
        return {"counted": job.arguments["to"]}

    @work("test.fail")
    def fail(job: Job, progress: Progress) -> None:
        raise ValueError("the file has no header")

    @work("test.language")
    def language(job: Job, progress: Progress) -> dict[str, str | None]:
        return {"spoken": get_language()}

    yield
    del KINDS["test.count"], KINDS["test.fail"], KINDS["test.language"]


def test_a_job_runs_to_its_end() -> None:
    Job.objects.create(kind="test.count", region="429999", arguments={"to": 3})
    job = take_next()
    assert job is not None
    assert job.state == "running"
    done = run(job)
    assert (done.state, done.result, done.done, done.total) == ("done", {"counted": 3}, 3, 3)
    assert take_next() is None


def test_a_failure_says_why() -> None:
    Job.objects.create(kind="test.fail", region="429999")
    job = take_next()
    assert job is not None
    failed = run(job)
    assert (failed.state, failed.message) == ("failed", "the file has no header")


def test_a_job_reads_chinese_headings_whoever_waits_for_it() -> None:
    Job.objects.create(kind="test.language", region="429999")
    with override("en"):
        job = take_next()
        assert job is not None
        assert run(job).result == {"spoken": "zh-hans"}


def test_a_job_stops_when_asked() -> None:
    Job.objects.create(kind="test.count", region="429999", arguments={"to": 3}, cancel_asked=True)
    job = take_next()
    assert job is not None
    assert run(job).state == "cancelled"


def test_a_silent_worker_s_job_is_taken_up_again_but_not_for_ever() -> None:
    Job.objects.create(kind="test.count", region="429999", arguments={"to": 3})
    for _attempt in range(3):
        job = take_next()
        assert job is not None
        silent = timezone.now() - LOST_AFTER - timedelta(seconds=1)
        Job.objects.filter(pk=job.pk).update(heartbeat_at=silent)
    assert take_next() is None
    assert Job.objects.get().state == "failed"
