"""One proposal against a small made-up district: verdicts, advice, the sheet, and what the public may see."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import openpyxl
import pytest
import shapely
import shapely.affinity
from click.testing import CliRunner

from hemei.engines.screen.reading import Unreadable
from hemei.law.around import around
from hemei.law.as_json import as_json
from hemei.law.book import national
from hemei.law.district import read_district
from hemei.law.proposal import Asked, Drawn, answer, judged
from hemei.law.sheet import sheet
from hemei.site.screen_cli import screen
from hemei.terms.clause import Limit
from hemei.terms.measure import Measure
from tests.law.ground import ON, X, Y, box, put


def proposal(folder, **columns):
    path = folder / "proposal.geojson"
    shapes = columns.pop("geometry", [box(0, 40), box(-10, 10, 40, 100)])
    facts = {"role": ["building", "plot"], "use": "house", "work": "new"} | columns
    frame = gpd.GeoDataFrame(facts, geometry=shapes, crs="EPSG:4546")
    frame.to_crs("EPSG:4490").to_file(path, driver="GeoJSON")
    return str(path)


def test_advice_subtracts_setbacks_and_forbidden_ground_and_names_what_binds(folder):
    said = as_json(answer(proposal(folder, height=[8.0, None]), read_district(folder), ON))
    advice = said["advice"]
    assert advice["plot_m2"] == pytest.approx(4000.0, abs=1.0)
    # Ten metres from the road's land leave y ≥ 18, the farmland takes y > 100: forty metres wide, 82 deep.
    assert advice["permitted_m2"] == pytest.approx(40 * 82, abs=1.0)
    assert {taken["rule"] for taken in advice["taken"]} == {"control.R02", "control.R10"}
    assert [(bound["measure"], bound["at_most"], bound["rule"]) for bound in advice["bounds"]] == [
        ("height", 9.0, "d.H1"),
        ("footprint", pytest.approx(40 * 82, abs=1.0), ""),
    ]
    assert "control.R20" in advice["undecided"]


def test_what_the_clauses_take_overlaps_and_its_parts_add_up(folder):
    """A danger zone over half the setback and half the farmland: each says what it takes, and what of it anew."""
    put(folder / "hazard.parquet", [box(10, 0, 30, 105)], id=[1])
    text = (folder / "district.yaml").read_text()
    (folder / "district.yaml").write_text(
        text.replace("  layers:\n", "  layers:\n    - {id: geohazard_danger, file: hazard.parquet}\n")
    )
    advice = asked(folder)["advice"]
    taken = {row["rule"]: (round(row["m2"]), round(row["added_m2"])) for row in advice["taken"]}
    assert taken == {"control.R02": (320, 320), "control.R10": (400, 400), "control.R20": (1900, 1900 - 160 - 100)}
    assert sum(row["added_m2"] for row in advice["taken"]) == pytest.approx(
        advice["plot_m2"] - advice["permitted_m2"], abs=0.01
    )
    words = sheet(answer(proposal(folder), read_district(folder), ON))
    assert re.search(
        r"扣除 1900(\.\d)? 平方米，其中 260(\.\d)? 平方米前面已经扣过，这一条另扣 1640(\.\d)? 平方米", words
    )
    parts, total, plot, again, left = re.search(
        r"共扣除 ([\d. +]+) = ([\d.]+) 平方米，([\d.]+) − ([\d.]+) = ([\d.]+) 平方米可以建房", words
    ).groups()
    assert sum(map(float, parts.split(" + "))) == pytest.approx(float(total), abs=0.11)
    assert (total, float(plot) - float(again)) == (again, pytest.approx(float(left), abs=0.11))


def test_a_house_that_stands_is_not_told_to_be_drawn_anew(folder):
    words = sheet(
        answer(
            proposal(folder, geometry=[box(0, 12), box(-10, 10, 40, 100)], work="existing"), read_district(folder), ON
        )
    )
    assert "这栋现状建筑有 1 条规定不符合" in words
    assert "不符合不等于违法" in words
    assert "照现在的画法" not in words
    assert "划定前合法修建的不得扩建" in words


def test_approvals_may_be_written_by_their_titles(folder):
    said = asked(folder, approvals="使用林地审核同意、river_authority")
    assert verdict(said, "control.R02")["outcome"] == "pass"
    with pytest.raises(Unreadable, match=r"approvals 里的“林地审核”不认识，可用：.*使用林地审核同意"):
        asked(folder, approvals="林地审核")


def test_every_verdict_of_a_proposal_brings_its_clause_and_marks(folder):
    said = as_json(answer(proposal(folder), read_district(folder), ON))
    county = next(verdict for verdict in said["verdicts"] if verdict["rule"] == "control.R02")
    assert county["outcome"] == "pass"
    assert len(county["layer_version"]) == 16
    assert county["looked_m"] >= 64.0
    assert county["clause"] == "《公路安全保护条例》第十一条"
    assert "(三)县道不少于10米；" in county["text"]
    assert county["marks"] == ["效力待核"]


def test_the_public_gets_no_number_and_no_advice_from_internal_layers(folder):
    said = as_json(answer(proposal(folder), read_district(folder), ON, public=True))
    farmland = next(verdict for verdict in said["verdicts"] if verdict["rule"] == "control.R10")
    assert said["advice"] is None
    assert (farmland["measured"], farmland["margin"], farmland["threshold"]) == (None, None, None)
    assert (farmland["looked_m"], farmland["layer_version"]) == (0.0, "")
    assert farmland["outcome"] == "pass"


def test_the_page_cites_each_clause(folder):
    text = sheet(answer(proposal(folder), read_district(folder), ON))
    assert "《公路安全保护条例》第十一条" in text
    assert "不是行政决定" in text


def test_two_proposed_buildings_are_refused(folder):
    with pytest.raises(Unreadable, match="应有一个拟建建筑"):
        answer(proposal(folder, role=["building", "building"]), read_district(folder), ON)


def asked(folder, **columns):
    return as_json(answer(proposal(folder, **columns), read_district(folder), ON))


def verdict(said, rule):
    return next(row for row in said["verdicts"] if row["rule"] == rule)


def test_a_position_error_of_nought_is_believed_and_one_of_its_own_reaches_further(folder):
    shapes = [box(0, 20), box(-10, 10, 40, 100)]  # twelve metres from the road's land, of which ten are kept free
    said = {
        error: verdict(asked(folder, position_error_m=[error, None], geometry=shapes), "control.R02")["outcome"]
        for error in (0.0, 1.0, 5.0)
    }
    assert said == {0.0: "pass", 1.0: "pass", 5.0: "unknown"}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"work": "build"}, "work 写的是“build”，不认识，可用：existing（现状建筑）"),
        ({"use": "hut"}, "use 写的是“hut”"),
        ({"approvals": "forest"}, "approvals 里的“forest”不认识，可用：farmland_conversion"),
        ({"height": ["high", None]}, "height 写的是“high”，应为不小于 0 的数"),
        ({"height": [-3.0, None]}, "height 写的是“-3.0”"),
        ({"position_error_m": [-1.0, None]}, "position_error_m 写的是“-1.0”"),
        ({"role": ["building", "garden"]}, "第 2 个图形：role“garden”不认识"),
        ({"geometry": [shapely.Point(X, Y), box(0, 0)]}, "第 1 个图形：应是有面积的面"),
    ],
)
def test_what_a_proposal_says_wrongly_is_named(folder, columns, said):
    with pytest.raises(Unreadable, match=said):
        asked(folder, **columns)


def test_words_may_be_written_as_their_titles(folder):
    assert verdict(asked(folder, work="新建", use="住房"), "control.R02")["outcome"] == "pass"


def test_work_and_use_that_are_left_out_pass_nothing_that_asks_for_them(folder):
    said = asked(folder, work=None, use=None)
    assert verdict(said, "control.R02")["missing"] == ["未写明是哪一种建设（新建、改建、扩建……）"]
    assert verdict(said, "control.R12")["missing"] == ["未写明用途（住房、公共建筑、生产建筑……）"]
    assert said["advice"]["taken"] == []
    assert "control.R02" in said["advice"]["undecided"]


def dense(folder):
    """Density is limited to a twentieth of the plot."""
    (folder / "parameters.yaml").write_text(
        "- {id: d.density, title: 密度, unit: '1', values: [{from: 2026-01-01, value: 0.05}]}\n"
    )
    (folder / "rules.yaml").write_text(
        "- {id: d.D1, title: 密度, kind: limit, clause: land.62, layer: everywhere, measure: density, unit: '1',\n"
        "   threshold: d.density, priority: zone}\n"
    )


def test_density_adds_up_what_stands_on_the_plot(folder):
    dense(folder)
    frame = gpd.GeoDataFrame(
        {"role": ["building", "plot", "existing"], "use": "house", "work": "new", "storeys": [2, None, 1]},
        geometry=[box(0, 40), box(-10, 10, 40, 100), box(15, 40, 12, 10)],
        crs="EPSG:4546",
    )
    frame.to_parquet(folder / "dense.parquet")
    said = as_json(answer(str(folder / "dense.parquet"), read_district(folder), ON))
    row = verdict(said, "d.D1")
    assert (row["outcome"], row["measured"]) == ("fail", pytest.approx(220 / 4000))
    footprint = next(bound for bound in said["advice"]["bounds"] if bound["measure"] == "footprint")
    assert footprint["at_most"] == pytest.approx(0.05 * 4000 - 120)
    assert footprint["clause"] == "《中华人民共和国土地管理法》第六十二条"
    assert "120 平方米" in footprint["how"]


@pytest.mark.parametrize("turn", range(0, 90, 30))
def test_who_draws_exactly_what_is_permitted_is_not_over_it(folder, turn):
    """Corners are written in degrees, to a millimetre; area and density are what was meant all the same."""
    dense(folder)
    meant = [box(0, 40, 12, 10), box(-10, 10, 40, 60)]
    turned = [shapely.affinity.rotate(shape, turn, origin=(X, Y)) for shape in meant]
    degrees = gpd.GeoSeries(turned, crs="EPSG:4546").to_crs("EPSG:4490").values
    written = shapely.transform(degrees, lambda corners: corners.round(8))
    path = folder / "exact.geojson"
    facts = {"role": ["building", "plot"], "use": "house", "work": "new"}
    gpd.GeoDataFrame(facts, geometry=written, crs="EPSG:4490").to_file(path, driver="GeoJSON", COORDINATE_PRECISION=12)
    said = answer(str(path), read_district(folder), ON)
    assert (said.subject.attributes[Measure.FOOTPRINT], said.subject.attributes[Measure.PLOT]) == (120.0, 2400.0)
    row = verdict(as_json(said), "d.D1")
    assert (row["outcome"], row["measured"]) == ("pass", 0.05)


def test_of_a_building_on_the_plot_of_which_only_the_spot_is_known_no_density_follows(folder):
    dense(folder)
    drawn = Drawn(box(0, 40), box(-10, 10, 40, 100), (shapely.Point(X + 20, Y + 45),))
    told = Asked(id="1", use="house", work="new", error_m=0.0, standing_storeys=(None,))
    said = as_json(judged(drawn, told, around(read_district(folder), 0.0), ON))
    assert verdict(said, "d.D1")["outcome"] == "unknown"
    footprint = next(bound for bound in said["advice"]["bounds"] if bound["measure"] == "footprint")
    assert "由建筑密度推算" not in footprint["how"]
    assert "只有位置、没有轮廓" in "".join(said["remarks"])


def test_storeys_follow_from_a_height_only_where_a_storey_s_height_is_configured(folder):
    said = asked(folder)["advice"]
    assert not [bound for bound in said["bounds"] if bound["measure"] == "storeys"]
    assert "层高未配置" in "".join(said["open"])
    text = (folder / "district.yaml").read_text()
    (folder / "district.yaml").write_text(text + "  storey_height_m: 3.0\n")
    storeys = next(bound for bound in asked(folder)["advice"]["bounds"] if bound["measure"] == "storeys")
    assert (storeys["at_most"], storeys["rule"]) == (3.0, "d.H1")
    assert "3 米" in storeys["how"]


def test_every_limit_that_is_shown_brings_its_marks(folder):
    """Also those of the advice: whoever reads a number reads how far it may be relied on."""
    said = asked(folder)
    book = read_district(folder).book
    for row in [*said["verdicts"], *said["advice"]["taken"], *said["advice"]["bounds"]]:
        if row["rule"]:
            assert row["marks"] == list(book.clauses[book.rule(row["rule"], ON).clause].marks(ON))
    items = re.findall("<li>.*?</li>", sheet(answer(proposal(folder), read_district(folder), ON)))
    assert len(items) == len(said["verdicts"])
    for item in items:
        named = next(rule for rule in book.rules if f"<b>{rule.title}</b>" in item or f"<li>{rule.title} " in item)
        assert "效力待核" in item
        assert ("数值为假定" in item) == (book.clauses[named.clause].limit is Limit.ASSUMED)


def test_the_public_sheet_says_nothing_of_an_internal_layer(folder):
    """Half the house in farmland: the public gets the answer and the clause, no square metre and no share."""
    path = proposal(folder, geometry=[box(0, 95), box(-10, 10, 40, 100)])
    internal = sheet(answer(path, read_district(folder), ON))
    public = sheet(answer(path, read_district(folder), ON, public=True))
    assert "有 50 平方米在永久基本农田内（占建筑的 50%）" in internal
    assert "不得占用永久基本农田" in public
    for secret in (" 50 平方米", "50%", "可以建房的部分", "<svg"):
        assert secret not in public
    layers = national().layers
    said = as_json(answer(path, read_district(folder), ON, public=True))
    hidden = [row for row in said["verdicts"] if row["layer"] in layers and layers[row["layer"]].is_internal]
    assert {row["outcome"] for row in hidden} == {"fail", "unknown"}
    for row in hidden:
        assert {row[key] for key in ("measured", "threshold", "margin", "share", "part")} == {None}
        assert row["missing"] in ([], ["到窗口核实"])


def test_the_command_answers_a_proposal(folder):
    done = CliRunner().invoke(screen, ["proposal", proposal(folder), "--district", str(folder), "--on", "2026-11-01"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["district"] == "试验区"


def test_the_sample_district_can_be_judged_from_the_command_line(tmp_path):
    """The whole way: write it, judge its buildings, hand out its sheet; the workbook opens and holds codes as text."""
    place = str(tmp_path / "sample")
    run = CliRunner()
    assert run.invoke(screen, ["sample", place]).exit_code == 0
    assert run.invoke(screen, ["sample", place]).exit_code == 2
    options = ["--district", place, "--on", "2026-11-01"]
    book = tmp_path / "report.xlsx"
    done = run.invoke(
        screen, ["rules", f"{place}/buildings.geojson", *options, "-o", f"{place}/v.csv", "--report", str(book)]
    )
    assert done.exit_code == 0, done.output
    rows = list(openpyxl.load_workbook(book)["管控核对"].iter_rows(values_only=True))
    assert rows[0] == ("规则", "名称", "条款", "标注", "乡镇", "不符合", "待核", "符合")
    assert {type(cell) for row in rows[1:] for cell in row[:5]} == {str}
    assert {row[4] for row in rows[1:]} == {"演示一乡", "演示二乡"}
    done = run.invoke(screen, ["proposal", f"{place}/proposal.geojson", *options, "--page", f"{place}/sheet.html"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "sample" / "sheet.html").read_text(encoding="utf-8")
    assert "照现在的画法，有 2 条规定不符合" in text
    assert "(三)县道不少于10米" in text
