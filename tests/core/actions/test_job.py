"""Who may stop long work."""

from __future__ import annotations

import pytest

from hemei.core.access import Refused
from hemei.core.actions.job import cancel
from hemei.core.errors import Conflict
from hemei.core.models import Job, JobState
from tests.conftest import TOWNSHIP, People


@pytest.fixture
def job(people: People) -> Job:
    return Job.objects.create(kind="import", region=TOWNSHIP, by=people.township.account)


def test_its_own_person_and_an_administrator_may_stop_it(job: Job, people: People) -> None:
    cancel(job=job, by=people.township)
    assert job.cancel_asked
    Job.objects.update(cancel_asked=False)
    cancel(job=job, by=people.administrator)
    assert job.cancel_asked


@pytest.mark.parametrize("who", ["district", "auditor", "village", "other_township", "neighbour"])
def test_others_may_not(job: Job, people: People, who: str) -> None:
    with pytest.raises(Refused):
        cancel(job=job, by=getattr(people, who))


def test_what_is_over_cannot_be_stopped(job: Job, people: People) -> None:
    Job.objects.update(state=JobState.DONE)
    with pytest.raises(Conflict, match="已经结束"):
        cancel(job=job, by=people.township)
