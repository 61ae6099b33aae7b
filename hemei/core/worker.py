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
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Job, JobState
from hemei.core.writing import writing

log = logging.getLogger(__name__)
LOST_AFTER = timedelta(seconds=60)
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
        if now - self._said < timedelta(seconds=1) and done != total:
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
KINDS: dict[str, Work] = {}


def work(kind: str) -> Callable[[Work], Work]:
    """Declare the function that does jobs of a kind. It may be started again after a kill: it must not mind."""

    def declare(function: Work) -> Work:
        KINDS[kind] = function
        return function

    return declare


def take_next() -> Job | None:
    """Claim the oldest waiting job, or one whose worker has fallen silent."""
    with writing():
        now = timezone.now()
        lost = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=now - LOST_AFTER)
        lost.filter(attempts__gte=MOST_ATTEMPTS).update(
            state=JobState.FAILED, message=_("多次中断，已停止；请重新发起。"), ended_at=now
        )
        lost.update(state=JobState.WAITING)
        job = Job.objects.select_for_update().filter(state=JobState.WAITING).order_by("id").first()
        if job is None:
            return None
        job.state, job.heartbeat_at, job.attempts = JobState.RUNNING, now, job.attempts + 1
        job.save(update_fields=["state", "heartbeat_at", "attempts"])
        return job


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
        log.error("job %s failed\n%s", job.pk, traceback.format_exc())
        state, message = JobState.FAILED, str(fault)[:500]
    with writing():
        values: dict[str, Any] = {"state": state, "result": result, "ended_at": timezone.now()}
        if message:
            values["message"] = message
        Job.objects.filter(pk=job.pk).update(**values)
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

    @staticmethod
    def _guarded(chore: Callable[[], object]) -> None:
        close_old_connections()
        try:
            chore()
        except Exception:
            log.exception("a chore failed; it is tried again")
        finally:
            close_old_connections()
