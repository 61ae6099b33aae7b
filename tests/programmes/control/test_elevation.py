"""Elevation, uploaded and asked: what is refused, what is said of it, and what slopes it makes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hemei.core.access import SYSTEM, At
from hemei.core.errors import Mistaken
from hemei.core.registry import registry
from hemei.core.worker import run
from hemei.programmes.control import elevation, keeping
from hemei.programmes.control.actions.deciding import start_run
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.models import LayerVersion, Run
from hemei.programmes.control.queries.drawn import shown_layers
from hemei.terms.day import today
from hemei.terms.proposal import Proposal, Ruling
from hemei.terms.verdict import Outcome
from tests.conftest import DISTRICT, VILLAGE, People
from tests.engines.screen import rasters
from tests.programmes.control.conftest import X, Y, house_at, take_in, wkb
from tests.programmes.control.test_pages import work_off

pytestmark = pytest.mark.django_db
TOE, STEEP_LIMIT = "control.R80", "own.R1"


def signed_in(who) -> Client:
    client = Client()
    client.force_login(who.account)
    return client


def flat_then_steep(void: bool = False) -> np.ndarray:
    """Flat to the west of 1,000 m, rising by 60° to the east of it; pixels of 10 m over two kilometres."""
    column = np.arange(240.0)
    rise = np.tile(500.0 + 10.0 * np.tan(np.radians(60)) * np.maximum(column - 120, 0), (240, 1))
    if void:
        rise[100:110, 20:30] = np.nan
    return rise


def geotiff(height: np.ndarray, *, code: int = 4546, x: float = X - 200, void: str = "-9999") -> bytes:
    return rasters.geotiff(height, (x, Y + 2200), code=code, void=void)


def dem(by, content: bytes | None = None, **said) -> LayerVersion:
    content = geotiff(flat_then_steep(void=True)) if content is None else content
    return take_in("elevation", content, by, name=said.pop("name", "高程.tif"), **said)


def asked(shape: shapely.Geometry, **said) -> dict[str, Ruling]:
    proposal = Proposal("p", VILLAGE, wkb(shape), position_error_m=0.5, **said)
    ruled = registry.ask("control.verdicts", [proposal], on=today())["p"]
    return {ruling.rule: ruling for ruling in ruled.rulings}


def test_elevation_comes_in_and_says_what_it_is(home, people: People) -> None:
    layer = dem(people.district)
    assert (layer.features, layer.visibility) == (240 * 240, "internal")
    said = "\n".join(layer.remarks)
    assert "10.0 × 10.0 米" in said
    assert "100 个像元无数据（0.2%）" in said
    page = signed_in(people.district).get(reverse("control.layer", args=[layer.pk])).content.decode()
    assert "像元" in page
    assert "高程（DEM）" in page
    assert shown_layers(DISTRICT, today(), public=False) == []  # a raster is not drawn as areas


def test_the_toe_of_steep_ground_is_measured_and_over_a_void_nothing(home, people: People) -> None:
    before = asked(shapely.box(985, 600, 995, 610))[TOE]
    assert before.outcome is Outcome.UNKNOWN
    layer = dem(people.district)
    near = asked(shapely.box(1010, 600, 1020, 610))[TOE]
    assert (near.outcome, near.layer_version) == (Outcome.FAIL, layer.version)
    assert asked(shapely.box(500, 600, 510, 610))[TOE].outcome is Outcome.PASS
    assert asked(shapely.box(40, 1140, 50, 1150))[TOE].outcome is Outcome.UNKNOWN


def test_a_slope_limit_of_the_district_is_judged_and_takes_the_plot(home, people: People) -> None:
    clause = {
        "id": "own.C1", "document": "某规划", "article": "第一条", "issuer": "区里", "limit": "district",
        "valid_from": "2020-01-01", "valid_from_is": "施行",
    }  # fmt: skip
    number = {"id": "own.N1", "title": "坡度", "unit": "°", "values": [{"from": "2020-01-01", "value": 25}]}
    rule = {
        "id": STEEP_LIMIT, "title": "陡坡不建", "kind": "limit", "clause": "own.C1", "layer": "everywhere",
        "measure": "slope", "unit": "°", "threshold": "own.N1",
    }  # fmt: skip
    entries = {"clauses": [clause], "parameters": [number], "rules": [rule]}
    change_law(where=At(DISTRICT, "control"), entries=entries, said="某规划", seen=0, by=people.district)
    assert asked(shapely.box(1300, 600, 1310, 610))[STEEP_LIMIT].outcome is Outcome.UNKNOWN
    dem(people.district)
    steep = asked(shapely.box(1300, 600, 1310, 610))[STEEP_LIMIT]
    assert (steep.outcome, steep.measured) == (Outcome.FAIL, pytest.approx(60, abs=0.1))
    assert asked(shapely.box(500, 600, 510, 610))[STEEP_LIMIT].measured == pytest.approx(0, abs=0.01)
    plot = Proposal("p", VILLAGE, wkb(shapely.box(960, 600, 970, 610)), plot=wkb(shapely.box(950, 590, 1050, 630)))
    ruled = registry.ask("control.verdicts", [plot], on=today())["p"]
    assert ruled.permitted_m2 == pytest.approx(50 * 40, rel=0.25)
    house_at(1300, 600)
    house_at(500, 600)
    done = run(start_run(where=At(DISTRICT, "control"), by=SYSTEM, waiting=False).job)
    assert done.state == "done", done.message
    counts = Run.objects.get().counts
    assert counts[STEEP_LIMIT][VILLAGE] == [1, 1, 0, 0]


def test_the_working_copy_is_made_again(home, people: People) -> None:
    layer = dem(people.district)
    path = keeping.copy_of(layer)
    path.unlink()
    path.with_suffix(".json").unlink()
    assert keeping.copy_of(layer) == path
    assert asked(shapely.box(1010, 600, 1020, 610))[TOE].outcome is Outcome.FAIL


GOOD = geotiff(flat_then_steep())


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"not a picture", "高程.tif", "GeoTIFF"),
        (GOOD, "高程.png", "GeoTIFF"),
        (GOOD[:400], "高程.tif", "TIFF"),
        (GOOD, "机密高程.tif", "涉密"),
        (geotiff(np.full((20, 20), np.nan)), "高程.tif", "全是无数据"),
        (geotiff(flat_then_steep(void=True), void=""), "高程.tif", "不可能"),
        (geotiff(flat_then_steep(), void="abc"), "高程.tif", "读不懂"),
        (geotiff(flat_then_steep(), code=1), "高程.tif", "读不懂"),
        (geotiff(flat_then_steep(), x=X + 400_000), "高程.tif", "以外"),
        (geotiff(np.full((2, 2), 5.0)), "高程.tif", "读不懂"),
    ],
)
def test_what_is_no_elevation_of_the_district_is_refused(home, people: People, content, name, said) -> None:
    with pytest.raises(Mistaken, match=said):
        dem(people.district, content, name=name)
    assert not LayerVersion.objects.exists()


def test_it_is_internal_and_not_too_large(home, people: People, monkeypatch) -> None:
    with pytest.raises(Mistaken, match="只能作内部图层"):
        dem(people.district, visibility="public")
    monkeypatch.setattr(elevation, "MOST_PIXELS", 1_000)
    with pytest.raises(Mistaken, match="240 × 240 个像元，最多 1000"):
        dem(people.district)


def test_it_is_uploaded_on_the_page(home, people: People) -> None:
    client = signed_in(people.district)
    said = {"kind": "elevation", "visibility": "internal", "publisher": "测绘", "starts": date(2026, 1, 1).isoformat()}
    file = SimpleUploadedFile("高程.tif", GOOD)
    asked = client.post(reverse("control.layer_add"), said | {"file": file})
    assert asked.status_code == 302
    assert not LayerVersion.objects.exists()
    work_off()
    assert client.post(asked.url + "keep/").status_code == 302
    assert LayerVersion.objects.get().kind == "elevation"
    wrong = client.post(
        reverse("control.layer_add"), said | {"file": SimpleUploadedFile("高程.tif", b"II*\0" + b"x" * 99)}
    )
    assert wrong.status_code in (200, 422)
    assert "TIFF" in wrong.content.decode()
