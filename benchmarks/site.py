"""A full district on a database of its own, and a running site before it: made once, used by every benchmark."""

from __future__ import annotations

import json
import logging
import os
import platform
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("HEMEI_BENCH_VAR") or ROOT / "var" / "bench")
RESULTS = ROOT / "benchmarks" / "results"
POSTGRESQL = os.environ.get("HEMEI_BENCH_POSTGRESQL", "")  # postgresql://… of an empty database
PORT = int(os.environ.get("HEMEI_BENCH_PORT", "8398"))
HOUSEHOLDS = int(os.environ.get("HEMEI_BENCH_HOUSEHOLDS", "25000"))  # of the demo; four houses for each
PROCESSES = int(os.environ.get("HEMEI_BENCH_PROCESSES", str(os.cpu_count() or 1)))


def databases() -> dict[str, str]:
    """SQLite always; PostgreSQL where one is named."""
    urls = {"sqlite": f"sqlite:///{WORK / 'hemei.sqlite3'}"}
    return urls | ({"postgresql": POSTGRESQL} if POSTGRESQL else {})


def use(database: str) -> None:
    """Let this process work on that database."""
    WORK.mkdir(parents=True, exist_ok=True)
    os.environ["HEMEI_VAR"] = str(WORK)
    os.environ["DATABASE_URL"] = databases()[database]
    os.environ["HEMEI_SECOND_FACTOR"] = "0"  # pages are measured, not signing in
    os.environ.setdefault("HEMEI_LOG_LEVEL", "ERROR")  # urgent messages are many here
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
    import django

    django.setup()
    logging.disable(logging.WARNING)  # pages that a role is refused are passed over, not told


def again(module: str, *arguments: str) -> None:
    """Run a benchmark's module in a process of its own: a process works on one database."""
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=True)


@contextmanager
def empty_database(database: str, url: str, folder: str) -> Iterator[str]:
    """The URL of an empty database beside the full one, gone afterwards."""
    if database == "sqlite":
        yield f"sqlite:///{folder}/hemei.sqlite3"
        return
    import psycopg

    name = f"{url.rpartition('/')[2]}_empty"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def serving(processes: int = PROCESSES) -> Iterator[Site]:
    """The site as `hemei serve` starts it, with its chores."""
    command = [str(Path(sys.executable).parent / "hemei"), "serve", "--port", str(PORT), "--processes", str(processes)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        _wait(process)
        yield Site(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"hemei serve ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2).read()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1)  # the other processes start too
            if process.poll() is not None:
                raise RuntimeError(f"port {PORT} is taken by another; name one in HEMEI_BENCH_PORT")
            return
    raise RuntimeError("hemei serve does not answer")


@dataclass(frozen=True)
class Site:
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time used so far by the site's processes, seconds."""
        return sum(_cpu(pid) for pid in (self.pid, *_children(self.pid)))


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _parent(entry) == pid:
            found += [int(entry.name), *_children(int(entry.name))]
    return found


def _parent(entry: Path) -> int:
    try:
        return int(_stat(entry)[1])
    except OSError:
        return -1


def _cpu(pid: int) -> float:
    try:
        fields = _stat(Path(f"/proc/{pid}"))
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stat(entry: Path) -> list[str]:
    return (entry / "stat").read_text().rpartition(")")[2].split()


def machine() -> dict[str, Any]:
    import django
    import granian

    from hemei.terms.day import today

    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())  # fmt: skip
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return {
        "date": today().isoformat(),
        "machine": f"{model}, {os.cpu_count()} cores, {memory:.0f} GB",
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "django": django.__version__,
        "granian": granian.__version__,
        "processes": PROCESSES,
    }


def database_version() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        return f"{connection.vendor} {cursor.fetchone()[0]}"


@dataclass(frozen=True)
class Line:
    """One figure of a table: what was promised, what it is, what a peer does."""

    what: str
    figure: str
    wanted: str = ""
    peer: str = ""
    met: bool | None = None


def tell(claim: str, database: str, lines: list[Line], **more: Any) -> None:
    """Print the table and keep it."""
    about = machine() | {"database": database_version()}
    print(f"\n## {claim} — {about['database']}")
    print(f"   {about['date']} · {about['machine']} · Python {about['python']} · Django {about['django']}"
          f" · granian {about['granian']} × {about['processes']} · load before {about['load_before']:.1f}")  # fmt: skip
    widths = [max([len(getattr(line, name)) for line in lines] + [len(name)]) for name in ("what", "figure", "wanted")]
    for line in [Line("what", "figure", "wanted", "peer"), *lines]:
        mark = {True: "  ✓", False: "  ✗ missed", None: ""}[line.met]
        print(f"   {line.what:{widths[0]}}  {line.figure:>{widths[1]}}  {line.wanted:>{widths[2]}}  {line.peer}{mark}")
    RESULTS.mkdir(exist_ok=True)
    slug = claim.partition(":")[0].lower().replace(" ", "-")
    kept = about | more | {"claim": claim, "lines": [asdict(line) for line in lines]}
    path = RESULTS / f"{slug}-{database}-{about['date']}.json"
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
