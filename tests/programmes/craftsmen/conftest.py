"""The craftsmen that these tests speak of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from django.utils import timezone

from hemei.core.access import At
from hemei.core.models import Person
from hemei.core.personal import encrypt
from hemei.programmes.craftsmen.actions.people import Paper, record_certificate
from hemei.programmes.craftsmen.actions.training import Lesson, plan_session
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining, Session
from hemei.terms.day import SHANGHAI, today
from hemei.terms.personal import mask_phone
from tests.conftest import TOWNSHIP, VILLAGE, People

numbers = count(1)


def craftsman_named(name: str, *, region: str = VILLAGE, phone: str = "13800001234", **own) -> Craftsman:
    person = Person.objects.create(name=name, region=region, phone=encrypt(phone), phone_masked=mask_phone(phone))
    return Craftsman.objects.create(person=person, region=region, trade=own.pop("trade", "mason"), **own)


def certified(one: Craftsman, by, *, starts: date | None = None, ends: date | None = None) -> Certificate:
    first = starts or today() - timedelta(days=30)
    paper = Paper("云岭建筑培训学校", f"云培{next(numbers)}", first, ends or today() + timedelta(days=700))
    return record_certificate(craftsman=one, paper=paper, by=by)


def trained(one: Craftsman, on: date | None = None) -> None:
    EarlierTraining.objects.create(
        craftsman=one, region=one.region, on=on or today() - timedelta(days=30), recorded_at=timezone.now(), actor="x"
    )


def sitting(
    by, *, starts: datetime | None = None, hours: float = 2, kind: str = "basic", region: str = TOWNSHIP
) -> Session:
    first = starts or timezone.now() - timedelta(minutes=10)
    lesson = Lesson("砌筑与抗震构造", kind, "镇文化站", first, first + timedelta(hours=hours), "李老师")
    return plan_session(where=At(region, "craftsmen"), lesson=lesson, by=by)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@pytest.fixture
def mason(people: People) -> Craftsman:
    return craftsman_named("石大山", lead=True, team="大山班")


@pytest.fixture
def ready(mason: Craftsman, people: People) -> Craftsman:
    """Somebody who may be on duty today."""
    certified(mason, people.township)
    trained(mason)
    return mason
