"""The code that docs/draw.md gives the public draws what the engine draws."""

import hashlib
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from hemei.engines.draw import Entry, Inspector, assign, draw, frame_bytes, frame_hash

DOC = Path(__file__).parents[3] / "docs" / "draw.md"
HONGPING, MUYU = "429021103", "429021102"


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    redraw, usage = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(redraw, "docs/draw.md", "exec"), names)  # noqa: S102
    names["usage"] = usage
    return names


def frame_of(rnd: random.Random, houses: int) -> list[Entry]:
    return [
        Entry(f"h{k}", rnd.choice([HONGPING, MUYU]), rnd.randrange(2**52), rnd.choice([1, 1, 4, 60]))
        for k in range(houses)
    ]


@pytest.mark.parametrize("number", range(25))
def test_the_same_houses(published: dict[str, Any], number: int) -> None:
    rnd = random.Random(number)
    frame = frame_of(rnd, 40 + number * 10)
    sizes, reserves = {HONGPING: rnd.randint(0, 8), MUYU: rnd.randint(1, 8)}, {MUYU: 3}
    redrawn = published["redraw"](frame_bytes(frame), sizes, f"开奖 {number}", reserves)
    assert redrawn == [(h.stratum, h.number, h.id) for h in draw(frame, sizes, f"开奖 {number}", reserves=reserves)]


@pytest.mark.parametrize("number", range(10))
def test_the_same_inspectors(published: dict[str, Any], number: int) -> None:
    avoids = {"a": {HONGPING}, "b": {MUYU}, "c": set(), "d": {HONGPING}}
    townships = [HONGPING, MUYU, "429021203"]
    ours = assign([Inspector(k, frozenset(v)) for k, v in avoids.items()], townships, str(number), team=2)
    theirs = published["reassign"](avoids, townships, str(number), team=2)
    assert {code: tuple(persons) for code, persons in theirs.items()} == ours


@pytest.mark.parametrize("tampered", ["", "frame", "inspectors", "drawn", "assignments"])
def test_the_usage_shown_confirms_a_published_draw_and_tells_a_tampered_one(
    published: dict[str, Any],
    tampered: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts = published_facts()
    if tampered:
        facts[tampered] = {
            "frame": facts["frame"].replace(",h3,", ",h3x,"),
            "inspectors": facts["inspectors"][:-1],
            "drawn": facts["drawn"][:-1],
            "assignments": {},
        }[tampered]
    (tmp_path / "draw.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(published["usage"], published)  # noqa: S102
    assert (capsys.readouterr().out.split() == ["True"] * 4) == (not tampered)


def published_facts() -> dict[str, Any]:
    """A draw's published file, of the shape that hemei.core.queries.published gives it."""
    frame, sizes, seed = [Entry(f"h{k}", HONGPING, k) for k in range(9)], {HONGPING: 2, MUYU: 0}, "大乐透 03 11 17"
    inspectors = [
        {"code": "I01", "avoids": [MUYU]},
        {"code": "I02", "avoids": [HONGPING]},
        {"code": "I03", "avoids": []},
    ]
    listed = json.dumps(inspectors, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    persons = [Inspector(str(person["code"]), frozenset(person["avoids"])) for person in inspectors]
    return {
        "frame": frame_bytes(frame).decode(),
        "frame_sha256": frame_hash(frame),
        "inspectors": inspectors,
        "inspectors_sha256": hashlib.sha256(listed.encode()).hexdigest(),
        "sizes": sizes,
        "seed": seed,
        "drawn": [{"code": one.id, "stratum": one.stratum, "number": one.number} for one in draw(frame, sizes, seed)],
        "assignments": {code: list(sent) for code, sent in assign(persons, [HONGPING], seed).items()},
    }
