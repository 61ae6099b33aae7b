"""A fresh install compiles what screens beside the making of the demo, not within it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hemei.demo import ahead
from tests.conftest import ROOT


def test_every_kernel_that_it_needs_is_called_once() -> None:
    done = subprocess.run([sys.executable, "-m", "hemei.demo.ahead"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_started_where_all_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "is_cold", lambda: False)
    monkeypatch.setattr(subprocess, "Popen", lambda *given, **more: pytest.fail("started"))
    ahead.compile_ahead()()


def test_who_waits_too_long_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "is_cold", lambda: True)
    monkeypatch.setattr(ahead, "PATIENCE_S", 0.0)
    slow = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(subprocess, "Popen", lambda *given, **more: slow)
    ahead.compile_ahead()()
    assert slow.returncode is not None, "killed, and left behind"
    assert slow.returncode < 0
