"""Our own worker: jobs, the sealer and the outbox, in threads beside the server."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState
from hemei.core.trouble import Trouble, trouble_of
from hemei.core.writing import writing

log = logging.getLogger(__name__)
LOST_AFTER = timedelta(seconds=60)
SAID_EVERY = timedelta(seconds=1)
MOST_ATTEMPTS = 3


class Cancelled(Exception):
    """Somebody asked for the job to stop."""


class Progress:
    """What a running job says of itself, and where it hears that it shall stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._said = timezone.now() - timedelta(seconds=10)

    def __call__(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say how far. Raises Cancelled when asked to. At most one write a second."""
        now = timezone.now()
        if now - self._said < SAID_EVERY and done != total:
            return
        self._said = now
        values: dict[str, Any] = {"heartbeat_at": now, "done": done}
        if total is not None:
            values["total"] = total
        if message:
            values["message"] = message
        with writing():
            Job.objects.filter(pk=self.job.pk).update(**values)
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled


Work = Callable[[Job, Progress], dict[str, Any] | None]
GivenUp = Callable[[Job, str], None]
KINDS: dict[str, Work] = {}
GIVEN_UP: dict[str, GivenUp] = {}


def work(kind: str, *, given_up: GivenUp | None = None) -> Callable[[Work], Work]:
    """Declare the function that does jobs of a kind. It may be started again after a kill: it must not mind.

    `given_up` is told, with what to say, when a job has been broken off too often and is not started again.
    """

    def declare(function: Work) -> Work:
        KINDS[kind] = function
        if given_up:
            GIVEN_UP[kind] = given_up
        return function

    return declare


def take_next() -> Job | None:
    """Claim the oldest waiting job, or one whose worker has fallen silent."""
    if not Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING)).exists():
        return None  # without a turn to write, every second
    with writing():
        now = timezone.now()
        lost = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=now - LOST_AFTER)
        for hopeless in lost.filter(attempts__gte=MOST_ATTEMPTS):
            _give_up(hopeless)
        lost.update(state=JobState.WAITING)
        job = Job.objects.select_for_update().filter(state=JobState.WAITING).order_by("id").first()
        if job is None:
            return None
        job.state, job.heartbeat_at, job.attempts = JobState.RUNNING, now, job.attempts + 1
        job.save(update_fields=["state", "heartbeat_at", "attempts"])
        return job


def _give_up(job: Job) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        message = _("多次中断，已停止；请重新发起。")
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, message=message, ended_at=timezone.now())
    if told := GIVEN_UP.get(job.kind):
        told(job, message)


def run(job: Job) -> Job:
    """Do a claimed job to its end, whatever that is, in the source language: a clerk's headings are Chinese."""
    state, message, result = JobState.DONE, "", {}
    try:
        with translation.override(settings.LANGUAGE_CODE):
            result = KINDS[job.kind](job, Progress(job)) or {}
    except Cancelled:
        state, message = JobState.CANCELLED, _("已取消，没有写入任何数据。")
    except Mistaken as fault:  # of a person, who is told: nothing for the log
        state, message = JobState.FAILED, str(fault)[:500]
    except Exception as fault:
        if trouble := trouble_of(fault):
            return _wait_out(job, trouble)
        log.error("job %s failed\n%s", job.pk, traceback.format_exc())
        state, message = JobState.FAILED, str(fault)[:500]
    with writing():
        values: dict[str, Any] = {"state": state, "result": result, "ended_at": timezone.now()}
        if message:
            values["message"] = message
        Job.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def _wait_out(job: Job, trouble: Trouble) -> Job:
    """Leave the job claimed: it is taken up again after a while, and this time was none of its attempts."""
    log.error("job %s waits: trouble with the %s", job.pk, trouble)
    with translation.override(settings.LANGUAGE_CODE):
        message = _("服务器的磁盘或数据库暂时有故障，恢复后自动继续。")
    with writing():
        Job.objects.filter(pk=job.pk).update(attempts=F("attempts") - 1, heartbeat_at=timezone.now(), message=message)
    job.refresh_from_db()
    return job


class Worker:
    """Turns every second: the jobs, the sealer, the outbox. Each has a thread of its own: a slow gateway keeps no
    entry unsealed. Stops when told."""

    def __init__(self, chores: list[Callable[[], object]], pause_s: float = 1.0) -> None:
        self.pause_s = pause_s
        self._stop_asked = threading.Event()
        work = (self._one_job, *chores)
        self._threads = [threading.Thread(target=self._turn, args=(chore,), daemon=True) for chore in work]
        self._troubled: dict[str, Trouble] = {}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop_asked.set()

    def join(self, timeout: float) -> None:
        """Wait for them all, no longer than that in seconds."""
        until = monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    def _turn(self, chore: Callable[[], object]) -> None:
        while not self._stop_asked.wait(self.pause_s):
            self._guarded(chore)

    @staticmethod
    def _one_job() -> None:
        while job := take_next():
            run(job)

    def _guarded(self, chore: Callable[[], object]) -> None:
        name = getattr(chore, "__name__", repr(chore))
        close_old_connections()
        try:
            chore()
        except Exception as fault:
            trouble = trouble_of(fault)
            if trouble is None:
                log.exception("%s failed; it is tried again", name)
            elif self._troubled.get(name) != trouble:  # once, not every second: the log may lie on that full disk
                self._troubled[name] = trouble
                log.error("%s cannot be done: trouble with the %s (%s); it is tried again", name, trouble, fault)
        else:
            if self._troubled.pop(name, None):
                log.error("%s is done again", name)
        finally:
            close_old_connections()
