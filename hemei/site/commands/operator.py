"""Who acts when somebody at the server's own keyboard runs a command."""

from __future__ import annotations

from getpass import getuser

from hemei.core.access import Actor, ActorKind


def operator() -> Actor:
    """May everything, as whoever can read the database file may; the audit entry has the name of the system's user."""
    return Actor(ActorKind.SYSTEM, f"cli:{getuser()}"[:32], "命令行")
