"""The XForm that phones are given, and what they send back."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which
from xml.etree import ElementTree

import pytest
from pyxform.validators import odk_validate

from hemei.engines.forms import NotASubmission, answers_of, examine, read_form, read_submission
from hemei.engines.forms.xform import WhichPlace, xform

FORMS = sorted(Path("hemei/programmes").glob("*/forms/*.xlsx"))
COLLECTS_OWN = Path(odk_validate.__file__).parent / "bin" / "ODK_Validate.jar"
"""The reader of forms that is in Collect itself, as pyxform brings it along."""
X = "{http://www.w3.org/2002/xforms}"
WHICH = {"zh": "哪一处", "en": "Which"}
PLACE = WhichPlace(WHICH, WHICH, WHICH, WHICH)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_question_is_asked_in_its_order_and_language(path: Path) -> None:
    form = read_form(path)
    made = xform(form, place=PLACE)
    assert made == xform(form, place=PLACE)
    root = ElementTree.fromstring(made)
    refs = [e.get("ref", "").rpartition("/")[2] for e in root.iter() if e.get("ref", "").startswith("/data/")]
    names = {question.name for question in form.questions}
    assert [name for name in refs if name in names] == [question.name for question in form.questions]
    languages = [element.get("lang") for element in root.iter(f"{X}translation")]
    assert len(languages) == len(form.languages)
    assert "<value>-</value>" not in made.decode()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_no_condition_is_empty(path: Path) -> None:
    """Collect opens no form with one."""
    binds = list(ElementTree.fromstring(xform(read_form(path), place=PLACE)).iter(f"{X}bind"))
    assert len(binds) > 10
    assert [bind.attrib for bind in binds if not {"", "None"}.isdisjoint(bind.attrib.values())] == []


@pytest.mark.skipif(which("java") is None, reason="Collect's own reader needs Java")
@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_collects_own_reader_takes_every_form(path: Path, tmp_path: Path) -> None:
    made = tmp_path / "form.xml"
    made.write_bytes(xform(read_form(path), place=PLACE))
    command = ["java", "-jar", str(COLLECTS_OWN), str(made)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_what_is_filled_in_in_full_comes_back_as_answers_that_fit(path: Path) -> None:
    """Whatever the XForm shows when each first choice is picked is an answer that the page would take too."""
    form = read_form(path)
    said = {"select_one": lambda q: q.choices[0].name, "select_multiple": lambda q: q.choices[0].name}
    plain = {
        "text": "字",
        "integer": "3",
        "decimal": "3.5",
        "date": "2026-11-03",
        "image": "a.jpg",
        "geopoint": "31 110",
    }
    texts = {q.name: said[q.kind](q) if q.kind in said else plain.get(q.kind, "") for q in form.questions}
    xml = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())
    head = f'<data id="{form.id}" version="{form.version}"><meta><instanceID>uuid:1</instanceID></meta>'
    submission = read_submission(f"{head}<g>{xml}</g></data>".encode())
    answers, errors = answers_of(form, submission)
    assert errors == []
    assert examine(form, answers) == []
    assert answers


def test_a_form_names_its_place_device_and_moment() -> None:
    read = read_submission(
        b'<h:data xmlns:h="urn:x" id="a.b" version="3"><hemei_place>7</hemei_place><hemei_device>d</hemei_device>'
        b"<hemei_start>2026-11-03T08:00:00.000+08:00</hemei_start><hemei_end>2026-11-03T08:20:00.000+08:00</hemei_end>"
        b"<meta><instanceID>uuid:1</instanceID><deprecatedID>uuid:0</deprecatedID></meta></h:data>"
    )
    assert (read.form, read.version, read.place, read.device) == ("a.b", "3", "7", "d")
    assert (read.instance_id, read.deprecated_id) == ("uuid:1", "uuid:0")
    assert read.at is not None
    assert read.at.isoformat() == "2026-11-03T08:20:00+08:00"


def test_a_moment_without_its_zone_is_none() -> None:
    meta = b"<meta><instanceID>u</instanceID></meta>"
    assert read_submission(b'<d id="a"><hemei_end>2026-11-03T08:00:00</hemei_end>' + meta + b"</d>").at is None


@pytest.mark.parametrize("xml", [b"", b"<a", b"<a/>", b'<a id="x"/>', b'<!DOCTYPE a><a id="x"/>', b"\xff\xfe<"])
def test_what_is_no_form_is_said_to_be_none(xml: bytes) -> None:
    with pytest.raises(NotASubmission):
        read_submission(xml)
