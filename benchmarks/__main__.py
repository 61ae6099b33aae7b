"""Run the benchmarks, each in a process of its own: `python -m benchmarks [name …]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(wanted: list[str]) -> int:
    scripts = sorted(path.stem for path in HERE.glob("bench_*.py"))
    chosen = [script for script in scripts if not wanted or script.removeprefix("bench_") in wanted]
    if not chosen:
        print(f"There are: {', '.join(script.removeprefix('bench_') for script in scripts)}", file=sys.stderr)
        return 2
    for script in chosen:
        print(f"== {script.removeprefix('bench_')}", flush=True)
        if code := subprocess.run([sys.executable, "-m", f"benchmarks.{script}"], check=False).returncode:
            return code
    return 0


sys.exit(main(sys.argv[1:]))
