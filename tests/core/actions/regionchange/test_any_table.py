"""Whatever a table says, nothing is lost and nobody is left under an old code; or nothing happens at all."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from hemei.core.access import Scope
from hemei.core.models import Case, Household, Place, Region, RegionChange
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, TOWNSHIP, VILLAGE
from tests.core.actions.regionchange.tables import ON, SECOND, UNITED, change, grid_of, house_of, row, wrong

WAYS = [("组", "一组"), ("组", "二组、三组"), ("网格", "001"), ("网格", "002"), ("其余", ""), ("户", "1")]
GROUPS = ["", "一组", "二组", "三组"]
houses = some.lists(
    some.tuples(some.sampled_from(["", "001", "002"]), some.sampled_from(GROUPS), some.booleans(), some.booleans()),
    min_size=1, max_size=8,
)  # fmt: skip
parts = some.lists(
    some.tuples(
        some.sampled_from([VILLAGE, SECOND, UNITED, NEXT_VILLAGE]),
        some.sampled_from(WAYS),
    ),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip


class AnyTable(TestCase):
    @tries(max_examples=40, deadline=None)
    @given(houses=houses, parts=parts)
    def test_nothing_is_lost(self, houses: list[tuple[str, str, bool, bool]], parts: list) -> None:
        names = {DISTRICT: "区", TOWNSHIP: "镇", VILLAGE: "上河村", NEXT_VILLAGE: "下河村"}
        for code, name in names.items():
            Region.objects.get_or_create(code=code, defaults={"name": name, "level": len(code)})
        grid_of(VILLAGE, "001"), grid_of(VILLAGE, "002")
        for number, (grid, group, lived, found) in enumerate(houses):
            place = house_of(f"{VILLAGE}{grid}", f"屋{number}", group, str(number) if lived else "")
            if found:
                Case.objects.create(
                    matter="houses", place=place, region=place.region, code="houses.F02", title="裂缝", severity=1,
                    state="found", found_at=f"{today() - timedelta(days=9)}T00:00:00Z",
                    found_recorded_at=f"{today() - timedelta(days=9)}T00:00:00Z", opened_at=f"{today()}T00:00:00Z",
                ).steps.create(verb="case.open", to_state="found", at=f"{today()}T00:00:00Z",
                               recorded_at=f"{today()}T00:00:00Z", actor="x")  # fmt: skip
        stood = dict(Place.objects.values_list("pk", "region")), dict(Household.objects.values_list("pk", "region"))
        everywhere, past = Scope.of(DISTRICT), ON - timedelta(days=1)
        before = zero(within=everywhere, region=TOWNSHIP, on=past)
        rows = [row(VILLAGE, new, "拆分", f"村{new}", *by) for new, by in parts]
        with tempfile.TemporaryDirectory() as folder:
            said = change(Path(folder) / "表", *rows)
        now = dict(Place.objects.values_list("pk", "region")), dict(Household.objects.values_list("pk", "region"))
        assert [set(one) for one in now] == [set(one) for one in stood]
        assert wrong() == []
        if said.refused:
            assert now == stood
            assert not RegionChange.objects.exists()
            return
        news = {new for new, _by in parts}
        assert {code[:12] for one in now for code in one.values()} <= news
        assert all(case.region == case.place.region for case in Case.objects.select_related("place"))
        assert Region.objects.filter(
            code__in={code for one in now for code in one.values()}, closed_on=None
        ).count() == len({code for one in now for code in one.values()})
        again = zero(within=everywhere, region=TOWNSHIP, on=past)
        assert {r.region: r.open for r in again.rows if r.open} == {r.region: r.open for r in before.rows if r.open}
        assert zero(within=everywhere, region=TOWNSHIP, on=today()).total.open == before.total.open
