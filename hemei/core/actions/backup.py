"""Taking everything out: that it was done, and by whom, is left behind."""

from __future__ import annotations

from hemei.core.access import Actor, At
from hemei.core.writing import action, audit


@action(verb="register.export", on="where")
def leave_backup(*, where: At, name: str, by: Actor) -> None:
    """The entry of a backup, which is the last one that the backup holds."""
    audit(by, "backup.make", "backup", where.region, values=[name], detail={"file": name})
