"""Puts a small district into an empty site: `python -m tests.faults.furnish`, with HEMEI_VAR and DATABASE_URL set."""

from __future__ import annotations

import django

django.setup()

from django.conf import settings  # noqa: E402

from hemei.core.access import SYSTEM, Actor, At  # noqa: E402
from hemei.core.actions import case as steps  # noqa: E402
from hemei.core.actions.apikey import issue_key  # noqa: E402
from hemei.core.actions.check import Answered, submit_check  # noqa: E402
from hemei.core.actions.collector import issue_collector  # noqa: E402
from hemei.core.actions.door import issue_door  # noqa: E402
from hemei.core.actions.placestate import count_in  # noqa: E402
from hemei.core.models import Account, Case, Place, Region, Unit  # noqa: E402
from hemei.core.personal import encrypt  # noqa: E402
from hemei.core.registry import registry  # noqa: E402
from hemei.site.commands.database import prepare  # noqa: E402
from tests.conftest import (  # noqa: E402
    DISTRICT,
    NEXT_VILLAGE,
    PASSWORD,
    TOWNSHIP,
    VILLAGE,
    brought,
    build_house,
    days_ago,
    engage,
    photo,
)

PHONE = "13800001234"
HOUSES = 24
LEANS = {"wall_leaning": "yes", "corner_gap": "no"}


def furnish() -> None:
    prepare()
    named = {DISTRICT: "云岭林区", TOWNSHIP: "青石镇", VILLAGE: "上河村", NEXT_VILLAGE: "下河村"}
    Region.objects.bulk_create([Region(code=code, name=name, level=len(code)) for code, name in named.items()])
    village = Unit.objects.create(name="上河村村民委员会", seal_name="", kind="village_committee", region=VILLAGE)
    district = Unit.objects.create(name="区住建局", seal_name="", kind="housing_bureau", region=DISTRICT)
    grid = engage("grid", "网格员", "grid_worker", VILLAGE, village)
    second = engage("village", "村支书", "village_officer", VILLAGE, village)
    engage("district", "区经办", "district_officer", DISTRICT, district)
    engage("inspector", "巡查员", "inspector", DISTRICT, district)
    engage("admin", "管理员", "administrator", DISTRICT, district)
    for account in Account.objects.all():
        account.phone = encrypt(PHONE)
        account.set_password(PASSWORD)
        account.save()
    gateway = engage("gateway", "报送系统", "grid_worker", VILLAGE, village)
    _key, token = issue_key(where=At(DISTRICT), account=gateway.account, name="报送", by=SYSTEM)
    (settings.VAR / "api-token").write_text(token)
    _phone, token = issue_collector(where=At(VILLAGE), account=grid.account, name="测试机", by=grid)
    (settings.VAR / "collector-token").write_text(token)
    (settings.VAR / "selfcheck-version").write_text(registry.forms["houses.selfcheck"].read.version)
    houses = [build_house(VILLAGE if n % 2 else NEXT_VILLAGE, f"第{n}户", 110.5 + n / 1000) for n in range(HOUSES)]
    for house in houses:
        count_in(house)
    issue_door(place=houses[1], by=second)
    case = _looked(houses[1], grid)
    steps.remedy(case=case, by=grid, brought=brought(days_ago(2), remedy="demolish", files=[photo("green")]))
    _looked(houses[3], grid)


def _looked(house: Place, by: Actor) -> Case:
    answered = Answered(
        instance_id=f"furnished-{house.pk}",
        form="houses.selfcheck",
        answers=LEANS,
        at=days_ago(3),
        channel="call",
        files=[photo("red", question="")],
    )
    (case,) = submit_check(place=house, answered=answered, by=by).cases
    return case


if __name__ == "__main__":
    furnish()
