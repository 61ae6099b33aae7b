"""Building permits and craftsmen of a full district: the pages that officers open most, with 20,000 permits and 10,000
craftsmen beside 100,000 houses.

    python -m benchmarks.bench_building

On the database of `bench_control`, whose houses stand there already. Permits are written as their steps would have
left them: every state, ten years, all villages. Pages are asked for one after the other in this process, so that what
is measured is the page and not the server.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from benchmarks import site
from benchmarks.bench_control import fill, timed, use

PERMITS, CRAFTSMEN, TURNS = 20_000, 10_000, 30
PAGE_MS = 150.0
BATCH = 2000
NAMES = "王李张刘陈杨黄赵吴周"
STAYS = (2, 1, 6, 5, 4, 12, 2, 60, 3)  # working days in each stage, give or take
WORKS = ("new", "rebuild", "extend", "storey", "dangerous")


def fill_permits(district: Any) -> None:
    """20,000 permits with their steps and what is kept of them, unless they stand there already."""
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from hemei.core.models import Account, Duty, Unit
    from hemei.programmes.building.models import Permit, PermitStep, Stay
    from hemei.terms.day import today

    if Permit.objects.count() >= PERMITS:
        return
    with transaction.atomic():
        villages = sorted({code[:12] for code in district.house_region})
        for role, region in (
            ("district_officer", district.code),
            ("township_officer", villages[0][:9]),
            ("village_officer", villages[0]),
        ):
            unit = Unit.objects.create(name=role, kind="housing_bureau", region=region)
            account = Account.objects.create(username=role, name=role, password=make_password(None))
            Duty.objects.create(
                account=account, unit=unit, role=role, matter="*", region=region, starts=today() - timedelta(days=400)
            )
        permits = list(permits_of(district, villages))
        Permit.objects.bulk_create(permits, batch_size=BATCH)
        steps = [step for permit in permits for step in _steps(permit)]
        PermitStep.objects.bulk_create(steps, batch_size=BATCH)
        counted: dict[tuple[str, str, int], int] = {}
        for step in steps:
            if step.worked_days is not None:
                key = (step.permit.region, step.from_state, step.worked_days)
                counted[key] = counted.get(key, 0) + 1
        Stay.objects.bulk_create(
            (Stay(region=region, state=state, days=days, n=n) for (region, state, days), n in counted.items()),
            batch_size=BATCH,
        )


def permits_of(district: Any, villages: list[str]) -> Iterator[Any]:
    """20,000 permits that are not kept yet, of households that are."""
    from hemei.core.models import Household, Person
    from hemei.programmes.building.life import STAGES
    from hemei.programmes.building.models import Permit
    from hemei.terms.day import SHANGHAI, today

    people = Person.objects.bulk_create(
        (
            Person(name=f"{NAMES[n % 10]}{NAMES[n // 10 % 10]}{n}", region=villages[n % len(villages)])
            for n in range(PERMITS)
        ),
        batch_size=BATCH,
    )
    households = Household.objects.bulk_create(
        (Household(region=one.region, number=f"B{n}", head=one, group="一组") for n, one in enumerate(people)),
        batch_size=BATCH,
    )
    at: dict[str, list[Any]] = {}
    for region, point in zip(district.house_region, district.house_point, strict=True):
        at.setdefault(region[:12], []).append(point)
    for number, household in enumerate(households):
        over = number % 20  # one of twenty is under way, in one stage after the other
        state = STAGES[number // 20 % len(STAGES)] if over == 0 else ("registered", "withdrawn")[over == 1]
        day = today() - timedelta(days=number * 3650 // PERMITS)
        spots = at[household.region]
        lon, lat = spots[number % len(spots)].tolist()
        yield Permit(
            household=household, region=household.region, group="一组", work=WORKS[number % 5], reason="分户",
            address=f"村道边{number}号", bounds="四至清楚", land="homestead", plot_m2=140.0, footprint_m2=96.0,
            floor_area_m2=190.0, storeys=2, state=state, since=day, filed_at=datetime.combine(day, time(9), SHANGHAI),
            due_on=day + timedelta(days=30) if over == 0 else None, lon=lon + 0.0002, lat=lat,
            number=f"{household.region[:9]}-{day.year}-{number:05d}" if state == "registered" else "",
        )  # fmt: skip


def _steps(permit: Any) -> Iterator[Any]:
    from hemei.programmes.building.life import STAGES
    from hemei.programmes.building.models import PermitStep

    reached = STAGES.index(permit.state) if permit.state in STAGES else len(STAGES)
    path = ["", *STAGES, "registered"] if permit.state != "withdrawn" else ["", "applied", "agreed", "withdrawn"]
    for order, (before, after) in enumerate(pairwise(path)):
        if permit.state in STAGES and order > reached:
            return
        stayed = STAYS[STAGES.index(before)] + (permit.household_id * (order + 3)) % 7 if before else None
        yield PermitStep(
            permit=permit, verb="permit.apply" if not before else f"permit.{after}"[:24], from_state=before,
            to_state=after, at=permit.filed_at, recorded_at=permit.filed_at, worked_days=stayed, actor="system:0",
        )  # fmt: skip


def fill_craftsmen(district: Any) -> None:
    """10,000 craftsmen, certified and trained on every day of the last three years, unless they stand there already."""
    from hemei.core.models import Person
    from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining
    from hemei.terms.day import SHANGHAI, today

    if Craftsman.objects.count() >= CRAFTSMEN:
        return
    villages = sorted({code[:12] for code in district.house_region})
    people = Person.objects.bulk_create(
        (Person(name=f"{NAMES[n % 10]}匠{n}", region=villages[n % len(villages)]) for n in range(CRAFTSMEN)),
        batch_size=BATCH,
    )
    rows = Craftsman.objects.bulk_create(
        (Craftsman(person=one, region=one.region, trade="mason", lead=n % 5 == 0) for n, one in enumerate(people)),
        batch_size=BATCH,
    )
    day, at = today(), datetime.combine(today(), time(9), SHANGHAI)
    Certificate.objects.bulk_create(
        (
            Certificate(
                craftsman=one, region=one.region, body="培训学校", number=f"证{n}", actor="system:0", recorded_at=at,
                issued_on=day - timedelta(days=n % 1095), valid_to=day + timedelta(days=1095 - n % 1095),
            )
            for n, one in enumerate(rows)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    EarlierTraining.objects.bulk_create(
        (
            EarlierTraining(
                craftsman=one, region=one.region, on=day - timedelta(days=(n * 7 + ago) % 1095 + ago), actor="system:0",
                recorded_at=at,
            )
            for n, one in enumerate(rows)
            for ago in (0, 1095)
        ),
        batch_size=BATCH,
    )  # fmt: skip


def addresses(district: Any, region: str) -> dict[str, str]:
    """What is asked for, by what it is called."""
    from benchmarks.pages import tile
    from hemei.programmes.building.models import Permit

    own = Permit.objects.filter(region__startswith=region)
    one = own.filter(state="town_reviewed").order_by("pk").first() or own.order_by("pk")[0]
    return {
        "queue": "/building/",
        "all, by name": "/building/?state=&q=王李",
        "late ones": "/building/?late=on",
        "a permit": f"/building/{one.pk}/",
        "where permits get stuck": "/building/stages/",
        "what waits today": "/office/",
        "map page": "/maps/?kind=permit",
        "craftsmen": "/craftsmen/",
        "craftsmen whose papers run out soon": "/craftsmen/?paper=soon",
        **{f"tile, zoom {z}": f"/maps/{z}/{tile(one.lon, one.lat, z)}.mvt?kind=permit" for z in (8, 11, 14, 16)},
    }


def main() -> None:
    use()
    district = fill()
    filled = timed(lambda: (fill_permits(district), fill_craftsmen(district)))
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    call_command("collectstatic", interactive=False, verbosity=0)
    from hemei.core.models import Account, Duty, Place
    from hemei.programmes.building.models import Permit, PermitStep

    settings.ALLOWED_HOSTS = ["testserver"]
    lines = [
        site.Line("permits · steps · places", f"{Permit.objects.count():,} · {PermitStep.objects.count():,} · "
                  f"{Place.objects.count():,}"),
        site.Line("filled in", f"{filled[0]:.0f} s"),
    ]  # fmt: skip
    for role in ("district_officer", "township_officer", "village_officer"):
        client = Client()
        client.force_login(Account.objects.get(username=role))
        for name, address in addresses(district, Duty.objects.get(account__username=role).region).items():
            assert client.get(address).status_code == 200, (role, address)
            spent = sorted(timed(partial(client.get, address))[0] * 1000 for _ in range(TURNS))
            median, p95 = spent[TURNS // 2], spent[int(TURNS * 0.95)]
            figure = f"{median:.0f} · {p95:.0f} ms"
            lines.append(site.Line(f"{role.partition('_')[0]}: {name}, median · p95", figure, f"≤ {PAGE_MS:.0f} ms", "",
                                   p95 <= PAGE_MS))  # fmt: skip
    site.tell("Building permits: 20,000 permits, 100,000 houses", "sqlite", lines)


if __name__ == "__main__":
    main()
    sys.exit(0)
