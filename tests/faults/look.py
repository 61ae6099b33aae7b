"""`python -m tests.faults.look FILE`: whether all that FILE acknowledges is there, and nothing is half there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

django.setup()

from hemei.core.actions.register.folder import confirm  # noqa: E402
from hemei.core.models import ImportBatch  # noqa: E402
from tests.faults import presses, promises  # noqa: E402


def leave_work() -> None:
    """Something for the next server's worker: a register to read, and the one read last to apply."""
    for batch in ImportBatch.objects.filter(state="ready"):
        confirm(batch=batch, by=presses.who("admin"))
    presses.upload(f"s{ImportBatch.objects.count()}")


def main() -> None:
    acknowledged = json.loads(Path(sys.argv[1]).read_text())
    lost = [what for what in acknowledged if not promises.kept(what)]
    wrong = [f"acknowledged, and lost: {what}" for what in lost]
    wrong += [*promises.broken(), *promises.resume(), *promises.broken()]
    if not wrong:
        leave_work()
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
