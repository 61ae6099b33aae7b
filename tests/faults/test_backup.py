"""A backup brings everything back, elsewhere; a bad one changes nothing."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hemei.site.backup.archive import BadBackup, read_through
from tests.faults.furnish import PHONE
from tests.faults.ground import ROOT, SERVER, Said, Site, empty_site

PASSPHRASE = "群山之间有一座桥 2026"
OPENED = {"HEMEI_BACKUP_PASSPHRASE": PASSPHRASE}
WRONG = {"HEMEI_BACKUP_PASSPHRASE": "not the right passphrase"}
NEW_PERSON = ["user", "add", "new", "--name", "新来的", "--role", "auditor", "--region", "429999", "--unit", "区住建局"]
READ_PHONE = (
    "import django; django.setup()\n"
    "from hemei.core.models import Account; from hemei.core.personal import decrypt\n"
    "print(decrypt(Account.objects.get(username='grid').phone))"
)


def digest(said: Said) -> str:
    assert said.status == 0, said.err + said.out
    found = re.search(r"Digest of everything: ([0-9a-f]{64})", said.out)
    assert found, said.out
    return found[1]


def everything_in(site: Site) -> dict[str, bytes]:
    """Every file of an installation, to see whether anything was touched."""
    files = [path for path in site.var.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(site.var)): path.read_bytes() for path in files}


def nothing_was_restored(site: Site) -> bool:
    return not (site.var / "evidence").exists() and not any(name.endswith(".sqlite3") for name in everything_in(site))


@pytest.fixture(scope="module")
def made(furnished: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A backup of the furnished district, and the digest that `verify` gave afterwards."""
    file = tmp_path_factory.mktemp("backup") / "district.hemei"
    said = furnished.run("backup", str(file), **OPENED)
    told = digest(said)
    assert digest(furnished.run("verify")) == told
    return file, told


@pytest.fixture(params=["sqlite", *(["postgresql"] if SERVER else [])])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """Another machine: nothing there, other keys or none; of either kind of database."""
    with empty_site(tmp_path / "elsewhere", SERVER if request.param == "postgresql" else "") as site:
        yield site


def test_it_comes_back_on_another_machine(made: tuple[Path, str], elsewhere: Site) -> None:
    file, told = made
    assert digest(elsewhere.run("restore", str(file), **OPENED)) == told
    assert digest(elsewhere.run("verify")) == told
    assert elsewhere.python("-c", READ_PHONE).out.strip() == PHONE
    again = elsewhere.run("backup", str(file.with_name(f"{elsewhere.var.parent.name}.hemei")), **OPENED)
    assert digest(elsewhere.run("verify")) == digest(again) != told  # one entry more, that of the second backup


def test_new_rows_get_new_numbers_after_a_restore(made: tuple[Path, str], elsewhere: Site) -> None:
    digest(elsewhere.run("restore", str(made[0]), **OPENED))
    added = elsewhere.run(*NEW_PERSON)
    assert added.status == 0, added.err
    assert elsewhere.run("verify").status == 0


def test_the_file_shows_nothing(made: tuple[Path, str]) -> None:
    content = made[0].read_bytes()
    assert made[0].stat().st_mode & 0o077 == 0
    for text in ("云岭林区", "core_account", PHONE, "evidence/", "JFIF"):
        assert text.encode() not in content


def test_a_wrong_passphrase_touches_nothing(made: tuple[Path, str], elsewhere: Site) -> None:
    said = elsewhere.run("restore", str(made[0]), **WRONG, HEMEI_LANG="zh")
    assert said.status == 2
    assert "口令不对" in said.err
    assert nothing_was_restored(elsewhere)


@pytest.mark.parametrize("harm", ["flipped", "cut off", "one byte less", "longer", "swapped", "header", "empty"])
def test_a_damaged_file_is_refused(made: tuple[Path, str], tmp_path: Path, harm: str) -> None:
    bad = tmp_path / "bad.hemei"
    bad.write_bytes(harmed(bytearray(made[0].read_bytes()), harm))
    with pytest.raises(BadBackup, match=r"这里原样未动。请重新拷贝这份备份|口令不对，或者"):
        read_through(bad, PASSPHRASE, rows=lambda _name, rows: [*rows], evidence=lambda _name, parts: [*parts])


def harmed(content: bytearray, harm: str) -> bytes:
    match harm:
        case "flipped":
            content[len(content) * 2 // 3] ^= 1
        case "cut off":
            del content[len(content) // 2 :]
        case "one byte less":
            del content[-1:]
        case "longer":
            content += b"\0"
        case "swapped":
            content[-200:-100], content[-100:] = content[-100:], content[-200:-100]
        case "header":
            content[20] ^= 1
        case "empty":
            content.clear()
    return bytes(content)


def test_a_damaged_file_touches_nothing(made: tuple[Path, str], elsewhere: Site, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(harmed(bytearray(made[0].read_bytes()), "one byte less"))
    said = elsewhere.run("restore", str(bad), **OPENED, HEMEI_LANG="zh")
    assert said.status == 2, said.out
    assert said.err.splitlines()[-1].startswith(f"hemei: 不能用 {bad} 恢复：它在第 1 MB 处有损坏")
    assert "Traceback" not in said.err
    assert nothing_was_restored(elsewhere)
    in_english = elsewhere.run("restore", str(bad), **OPENED, HEMEI_LANG="en").err
    assert "is damaged at MB 1" in in_english
    assert "备份" not in in_english


@pytest.mark.parametrize(("content", "why"), [(b"PK\3\4" + b"x" * 100, "不是和美的备份"), (b"", "不是和美的备份")])
def test_what_is_no_backup_is_said(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(BadBackup, match=why):
        read_through(tmp_path / "a.zip", PASSPHRASE, rows=lambda *_: None, evidence=lambda *_: None)


def test_a_backup_changed_anywhere_is_refused(made: tuple[Path, str], tmp_path: Path) -> None:
    """A byte here and there, and an end here and there: each refused, each with a remedy, none with a traceback."""
    whole, chance = made[0].read_bytes(), random.Random(7)
    for _turn in range(12):
        at, bad = chance.randrange(len(whole)), tmp_path / "bad.hemei"
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]):
            bad.write_bytes(content)
            with pytest.raises(BadBackup, match="原样未动。请"):
                read_through(bad, PASSPHRASE, rows=lambda _name, rows: [*rows], evidence=lambda _name, parts: [*parts])


def test_a_district_is_not_replaced_unasked(made: tuple[Path, str], site: Site) -> None:
    assert (
        site.run(
            "user", "add", "x", "--name", "某", "--role", "auditor", "--region", "429999", "--unit", "区住建局"
        ).status
        == 0
    )
    before = digest(site.run("verify"))
    said = site.run("restore", str(made[0]), **OPENED)
    assert said.status == 2
    assert "--replace" in said.err
    assert digest(site.run("verify")) == before
    assert digest(site.run("restore", str(made[0]), "--replace", **OPENED)) == made[1]
    assert digest(site.run("verify")) == made[1]


def test_a_running_site_is_not_restored_into(made: tuple[Path, str], site: Site) -> None:
    held = subprocess.Popen(
        site.command("-c", "import fcntl, os, sys\nfile = open(os.environ['HEMEI_VAR'] + '/serving.lock', 'a')\n"
                     "fcntl.flock(file, fcntl.LOCK_SH); print('held', flush=True); sys.stdin.read()"),
        cwd=ROOT, env=site.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with held:
        assert held.stdout is not None
        assert held.stdin is not None
        held.stdout.readline()
        said = site.run("restore", str(made[0]), "--replace", **OPENED)
        assert said.status == 2
        assert "stop it first" in said.err
        held.stdin.close()


def test_an_own_key_in_the_environment_must_be_the_backup_s(made: tuple[Path, str], elsewhere: Site) -> None:
    said = elsewhere.run("restore", str(made[0]), HEMEI_AUDIT_KEY="another", **OPENED)
    assert said.status == 2
    assert "HEMEI_AUDIT_KEY" in said.err
    assert nothing_was_restored(elsewhere)


def test_missing_evidence_is_said_and_stays_missing(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    victim = min(path for path in (site.var / "evidence").rglob("*") if path.is_file())
    victim.unlink()
    said = site.run("backup", str(tmp_path / "b"), **OPENED)
    assert said.status == 1
    assert f"evidence {victim.name}: its file is missing" in said.out
    assert elsewhere.run("restore", str(tmp_path / "b"), **OPENED).status == 0
    assert f"evidence {victim.name}: its file is missing" in elsewhere.run("verify").out


def test_a_short_passphrase_or_a_taken_name_is_refused(site: Site, tmp_path: Path) -> None:
    assert "too easily guessed" in site.run("backup", str(tmp_path / "b"), HEMEI_BACKUP_PASSPHRASE="short").err
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n")
    assert site.run("backup", str(tmp_path / "b"), "--passphrase-file", str(secret)).status == 0
    said = site.run("backup", str(tmp_path / "b"), **OPENED)
    assert said.status == 2
    assert "is there already" in said.err


TWO_AT_ONCE = """
import os, sys, django
django.setup()
from pathlib import Path
from hemei.core.errors import Conflict
from hemei.site.backup import making
file, word, write = Path(sys.argv[1]), os.environ["HEMEI_BACKUP_PASSPHRASE"], making._write
def meanwhile(*given):
    making._write = write
    print(making.make(file, word, say=print, cost=2**12)[0])
    return write(*given)
making._write = meanwhile
try:
    making.make(file, word, say=print, cost=2**12)
except Conflict as refused:
    print(refused)
"""


def test_two_at_once_under_one_name_do_not_mix(site: Site, tmp_path: Path) -> None:
    """The first that is whole gets the name; the other says so, and leaves it alone."""
    said = site.python("-c", TWO_AT_ONCE, str(tmp_path / "b"), **OPENED, HEMEI_LANG="zh")
    told, refused = said.out.split(maxsplit=1)
    assert "已经有了" in refused, said.err
    read = read_through(tmp_path / "b", PASSPHRASE, rows=lambda _n, rows: [*rows], evidence=lambda _n, parts: [*parts])
    assert read.end["digest"] == told
    assert [path.name for path in tmp_path.glob("b*")] == ["b"]


def test_it_is_one_moment_while_others_write(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Someone submits all the while; what comes back is sound, and nobody had to wait for the backup's end."""
    writer = subprocess.Popen(
        site.command("-m", "tests.faults.scribble"),
        cwd=ROOT, env=site.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        writer.stdout.readline()
        said = site.run("backup", str(tmp_path / "b"), **OPENED)
        writer.stdin.close()
        written = len(writer.stdout.read().split())
    told = digest(said)
    assert written > 0
    assert digest(elsewhere.run("restore", str(tmp_path / "b"), **OPENED)) == told
    assert digest(elsewhere.run("verify", "--no-seal")) == told
