"""Jobs: done once, cancelled when asked, taken up again after a kill."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import get_language, override

from hemei.core.models import Job
from hemei.core.worker import GIVEN_UP, KINDS, LOST_AFTER, Progress, Worker, run, take_next, work

ROOM: list[str] = []  # on the made-up disk
TOLD: list[str] = []


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

    @work("test.full")
    def full(job: Job, progress: Progress) -> None:
        if not ROOM:
            raise OSError(errno.ENOSPC, "No space left on device")

    @work("test.given_up", given_up=lambda _job, message: TOLD.append(message))
    def given_up(job: Job, progress: Progress) -> None:
        raise AssertionError("never run here")

    ROOM.clear()
    TOLD.clear()
    yield
    for kind in [kind for kind in KINDS if kind.startswith("test.")]:
        KINDS.pop(kind)
        GIVEN_UP.pop(kind, None)


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


def test_trouble_with_the_disk_is_no_failure_of_the_job() -> None:
    """It is left claimed, goes on when the trouble is over, and that was none of its attempts."""
    Job.objects.create(kind="test.full", region="429999")
    for _attempt in range(5):
        job = take_next()
        assert job is not None
        assert run(job).state == "running"
        assert "恢复后自动继续" in job.message
        Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - LOST_AFTER - timedelta(seconds=1))
    ROOM.append("some")
    job = take_next()
    assert job is not None
    assert (run(job).state, job.attempts) == ("done", 1)


def test_whoever_waits_for_a_job_that_is_given_up_is_told() -> None:
    Job.objects.create(kind="test.given_up", region="429999")
    for _attempt in range(3):
        assert take_next() is not None
        Job.objects.update(heartbeat_at=timezone.now() - LOST_AFTER - timedelta(seconds=1))
    assert take_next() is None
    assert TOLD == ["多次中断，已停止；请重新发起。"]


def test_a_troubled_chore_is_said_once_and_again_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    troubled = [True, True, True, False, False]

    def chore() -> None:
        if troubled.pop(0):
            raise OSError(errno.ENOSPC, "No space left on device")

    worker = Worker([])
    while troubled:
        worker._guarded(chore)
    assert len(caplog.records) == 2
    assert "trouble with the disk" in caplog.records[0].getMessage()
    assert "is done again" in caplog.records[1].getMessage()
