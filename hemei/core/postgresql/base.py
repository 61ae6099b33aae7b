"""Django's connection to PostgreSQL with a shorter way beside its own, for `core/prepared.py`.

What waits on the short way is sent before anything goes the long way, so that the order stays what the code says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction

from hemei.core.postgresql.link import Link, Message


class DatabaseWrapper(base.DatabaseWrapper):
    _link: Link | None = None

    def ask(self, statement: str, values: Sequence[Any]) -> Message:
        """Send a prepared statement and wait for what it returns. Raises what Django would."""
        link = self._short_way()
        with self.wrap_database_errors:
            return link.ask(statement, values)

    def later(self, statement: str, values: Sequence[Any]) -> None:
        """Send a prepared statement with the next one or with the commit, outside a transaction now. What goes wrong is
        raised then."""
        link = self._short_way()
        with self.wrap_database_errors:
            link.later(statement, values)
            if not self.in_atomic_block:
                link.send_waiting()

    def soon(self, statement: str, values: Sequence[Any]) -> Callable[[], list[tuple[Any, ...]]]:
        """Send a prepared statement with the next one, at the latest when what is returned is asked for its rows."""
        link = self._short_way()
        with self.wrap_database_errors:
            message = link.later(statement, values)

        def rows() -> list[tuple[Any, ...]]:
            if message.result is None:
                self._send_waiting()
            with self.wrap_database_errors:
                return message.fetchall()

        return rows

    def _short_way(self) -> Link:
        self.close_if_health_check_failed()
        if self.connection is None:  # asked here, because asking there takes longer than some statements
            self.ensure_connection()
        super().validate_no_broken_transaction()
        if self._link is None or self._link.connection is not self.connection:
            self._link = Link(self.connection)
        return self._link

    def _forget_waiting(self) -> None:
        if self._link is not None:
            self._link.waiting.clear()

    def _send_waiting(self) -> None:
        if self._link is not None and self._link.waiting and self._link.connection is self.connection:
            with self.wrap_database_errors:
                self._link.send_waiting()

    def create_cursor(self, name: str | None = None) -> Any:
        self._send_waiting()
        return super().create_cursor(name)

    def validate_no_broken_transaction(self) -> None:
        """Called before each statement that goes the long way, also by a cursor that was there before."""
        super().validate_no_broken_transaction()
        self._send_waiting()

    def _commit(self) -> None:
        if self._link is None or not self._link.waiting or self._link.connection is not self.connection:
            super()._commit()  # type: ignore[misc]
            return
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            self._link.commit()

    def _rollback(self) -> None:
        self._forget_waiting()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._forget_waiting()
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _close(self) -> None:
        self._forget_waiting()
        super()._close()  # type: ignore[misc]

    def is_usable(self) -> bool:
        """As Django asks, but not of a server that answered a moment ago and has not hung up."""
        link = self._link
        if link is not None and link.connection is self.connection and not self.errors_occurred and link.is_fresh():
            return True
        return super().is_usable()
