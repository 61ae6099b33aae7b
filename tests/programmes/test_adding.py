"""docs/programmes/adding.md, done as it stands there: one folder, one line, and the doors render it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "programmes" / "adding.md").read_text("utf-8")
FIRST_ROWS = re.findall(
    r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", TEXT.partition("**2.")[2].partition("**3.")[0], re.MULTILINE
)

SETTINGS = """
from pathlib import Path
import hemei.programmes
hemei.programmes.__path__.append(str(Path(__file__).parent))
from hemei.site.settings import *
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [*INSTALLED_APPS, {line}]
STORAGES["staticfiles"] = {{"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
"""

WALK = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import date
from hemei.core.models import Account, Case, Duty, Place, Region, Unit
for code, name in (("429999", "云岭林区"), ("429999103", "青石镇"), ("429999103200", "上河村")):
    Region.objects.create(code=code, name=name, level=len(code))
account = Account.objects.create(username="officer", name="经办")
unit = Unit.objects.create(name="区局", seal_name="区局", kind="housing_bureau", region="429999")
for role, region in (("district_officer", "429999"), ("village_officer", "429999103200")):
    Duty.objects.create(account=account, unit=unit, role=role, matter="*", region=region, starts=date(2020, 1, 1))
from hemei.site.cli import main
try:
    main(["import", sys.argv[1], "--yes"])
except SystemExit as ended:
    assert not ended.code, ended.code
from django.test import Client
client = Client(headers={"Accept-Language": "zh-hans"})
client.force_login(account, "django.contrib.auth.backends.ModelBackend")
well = Place.objects.get(kind="well")
def page(address, *said):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    for one in said:
        assert one in answer.content.decode(), (address, one)
page("/office/places/?kind=well", "一号井", "12.5 m")
page(f"/office/places/{well.pk}/", "一号井", "<h2>水井</h2>", "排查")
page(f"/office/places/{well.pk}/file/", "一号井")
page(f"/field/places/{well.pk}/check/wells.survey/", "井台有裂缝吗？")
page("/maps/?kind=well", "kind=well")
page("/office/parameters/", "查一口井预计用时（分钟）")
page("/office/cases/?matter=wells", "水井安全")
page("/office/rounds/add/", "水井安全")
page(f"/api/places/well/{well.pk}", "12.5")
page("/api/openapi.json", "/api/places/well")
answer = client.post("/api/checks", {"checks": [{"instance_id": "uuid:0001", "place": well.pk, "form": "wells.survey",
    "at": "2026-11-01T09:30:00+08:00", "answers": {"cracked": "yes"}}]}, content_type="application/json")
assert "stored" in answer.content.decode(), answer.content.decode()
case = Case.objects.get()
assert (case.code, case.title) == ("wells.F01", "井台开裂")
page(f"/office/cases/{case.pk}/", "围挡并修补")
page("/office/zero/?matter=wells", "上河村")
print("walked")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a newcomer has after the six steps: the files of the page, as they are printed there."""
    wells = tmp_path / "wells"
    (wells / "forms").mkdir(parents=True)
    (wells / "templates" / "wells").mkdir(parents=True)
    (wells / "__init__.py").touch()
    for name, text in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", TEXT, re.DOTALL):
        (wells / name).write_text(text, "utf-8")
    section = re.search(r"```html\n(.*?)```", TEXT, re.DOTALL)
    assert section is not None
    (wells / "templates" / "wells" / "section.html").write_text(section[1], "utf-8")
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet, head, rows in FIRST_ROWS:
        page = book.create_sheet(sheet)
        page.append(head.split(", "))
        for row in rows.split(" · "):
            page.append([cell.strip() for cell in row.split(",")])
    book.save(wells / "forms" / "survey.xlsx")
    line = re.search(r'the one line: `("[\w.]+")`', TEXT)
    assert line is not None
    (tmp_path / "walk_settings.py").write_text(SETTINGS.format(line=line[1]), "utf-8")
    register = tmp_path / "register"
    register.mkdir()
    columns = re.search(r"CSV file \((.+?)\)", TEXT)
    yaml = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert columns is not None
    assert yaml is not None
    (register / "district.yaml").write_text(yaml[1], "utf-8")
    head = columns[1].replace(", ", ",")
    (register / "水井.csv").write_text(f"{head}\n一号井,J1,429999103200,110.6,31.7,12.5\n", "utf-8")
    return tmp_path


def test_whoever_follows_the_page_has_a_programme(folder: Path) -> None:
    env = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "HEMEI_VAR": str(folder / "var"),
        "HEMEI_SECOND_FACTOR": "0",  # the newcomer's administrator signs in by password alone
        "DJANGO_SETTINGS_MODULE": "walk_settings",
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
    }
    for arguments in (["-m", "django", "makemigrations", "wells"], ["-c", WALK, str(folder / "register")]):
        ran = subprocess.run(
            [sys.executable, *arguments], env=env, cwd=folder, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr[-3000:]
    assert "walked" in ran.stdout
