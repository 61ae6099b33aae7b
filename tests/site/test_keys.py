"""The keys of an installation, made at its first start."""

from __future__ import annotations

import os
from multiprocessing import get_context
from pathlib import Path

import pytest

from hemei.site import settings as read
from hemei.site.settings import kept_secret

NAME = "HEMEI_SECRET_OF_A_TEST"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "VAR", tmp_path)


def _make(at: int) -> str:
    return kept_secret(NAME)


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    with get_context("fork").Pool(4) as pool:
        assert len(set(pool.map(_make, range(40), chunksize=1))) == 1
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("call", ["open", "fsync", "link"])
def test_killed_while_it_is_made_it_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    child = os.fork()
    if child == 0:
        done = getattr(os, call)

        def die_after(*given: object, **more: object) -> None:
            done(*given, **more)
            os.kill(os.getpid(), 9)

        setattr(os, call, die_after)
        kept_secret(NAME)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == 9
    assert len(kept_secret(NAME)) == 64


def test_an_empty_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / f"{NAME.lower()}.key").touch()
    with pytest.raises(SystemExit, match="restore it from a backup"):
        kept_secret(NAME)
