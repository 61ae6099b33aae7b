"""A connection spoken to at the level of libpq, for the statements of `core/prepared.py`.

Each statement is prepared once and then sent by its name. What needs no answer waits and goes with the next one that
does, or with the commit: one way to the server and back instead of several, in the same order and the same transaction.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
FRESH_S = 5.0  # a server heard so lately need not be asked whether it is there


class Kept:
    """A statement the server knows by name, and how its columns are read, which the first answer tells."""

    def __init__(self, name: bytes, connection: psycopg.Connection[Any]) -> None:
        self.name = name
        self._loads = Transformer.from_context(connection)
        self._known = False

    def read(self, result: PGresult) -> list[tuple[Any, ...]]:
        self._loads.set_pgresult(result, set_loaders=not self._known)
        self._known = True
        rows = self._loads.load_rows(0, result.ntuples, tuple)
        self._loads.set_pgresult(None, set_loaders=False)  # what was read is not kept
        return rows


@dataclass(eq=False)
class Message:
    """A statement to send, and once it was sent what it returned, as a driver's cursor tells it."""

    kept: Kept
    values: Sequence[Any]
    result: PGresult | None = None

    @property
    def answer(self) -> PGresult:
        if self.result is None:
            raise errors.InterfaceError("what was asked here was given up with its transaction")
        return self.result

    @property
    def rowcount(self) -> int:
        return self.answer.command_tuples or 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.kept.read(self.answer)


def numbered(statement: str) -> str:
    """The statement as PostgreSQL takes it: `$1`, `$2` for Django's marks."""
    first, *others = statement.replace("%%", "\0").split("%s")
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(others, start=1))]).replace("\0", "%")


class Link:
    """One connection's short way. Used by the thread that has the connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.waiting: list[Message] = []
        self._server = connection.pgconn
        self._dumps = Transformer.from_context(connection)
        self._kept: dict[str, Kept] = {}
        self._ear = select.poll()
        self._ear.register(self._server.socket, select.POLLIN)
        self._mouth = select.poll()
        self._mouth.register(self._server.socket, select.POLLOUT)
        self._heard = 0.0

    def ask(self, statement: str, values: Sequence[Any]) -> Message:
        """Send a statement, after what waits, and wait for its answer. Raises what psycopg would."""
        message = self._message(statement, values)
        self._exchange([*self._taken(), message])
        return message

    def later(self, statement: str, values: Sequence[Any]) -> Message:
        """Send a statement with the next one, or with the commit; its answer is there once it was sent."""
        message = self._message(statement, values)  # may send what waits
        self.waiting.append(message)
        return message

    def send_waiting(self) -> None:
        if self.waiting:
            self._exchange(self._taken())

    def commit(self) -> None:
        """Commit, together with what waits."""
        self._exchange(self._taken(), ending=b"COMMIT")

    def is_fresh(self) -> bool:
        """Whether the server was heard a moment ago, stands between two transactions and has not hung up since."""
        idle = self._server.status == ConnStatus.OK and self._server.transaction_status == TransactionStatus.IDLE
        return idle and monotonic() - self._heard < FRESH_S and not self._ear.poll(0)

    def _taken(self) -> list[Message]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def _message(self, statement: str, values: Sequence[Any]) -> Message:
        kept = self._kept.get(statement) or self._prepare(statement)
        return Message(kept, self._dumps.dump_sequence(values, [PyFormat.TEXT] * len(values)))

    def _prepare(self, statement: str) -> Kept:
        """Make the statement known to the server, which finds out by itself of which type each value is."""
        self.send_waiting()
        name = f"hemei_{len(self._kept)}".encode()
        result = self._server.prepare(name, numbered(statement).encode())
        if result.status not in GOOD:
            raise self._error(result)
        kept = self._kept[statement] = Kept(name, self.connection)
        return kept

    def _exchange(self, messages: Sequence[Message], ending: bytes = b"") -> None:
        """Send all of them at once, in a transaction where one is wanted, and let each have its answer.

        Raises for the first that failed; those after it were not carried out. A connection on which anything else goes
        wrong is closed: nobody could tell which answer is still to come.
        """
        try:
            results = self._told(messages, ending)
        except BaseException:
            self._server.finish()
            raise
        self._heard = monotonic()
        for result in results:
            if result.status not in GOOD:
                raise self._error(result)
        for message, result in zip(messages, results[len(results) - len(messages) - bool(ending) :], strict=False):
            message.result = result

    def _told(self, messages: Sequence[Message], ending: bytes) -> list[PGresult]:
        server = self._server
        begins = not self.connection.autocommit and server.transaction_status == TransactionStatus.IDLE
        server.enter_pipeline_mode()
        if begins:
            server.send_query_params(b"BEGIN", None)
        for message in messages:
            server.send_query_prepared(message.kept.name, message.values)
        if ending:
            server.send_query_params(ending, None)
        server.pipeline_sync()
        self._flush()
        results = [self._next_result() for _ in range(begins + len(messages) + bool(ending))]
        synced = self._next()
        assert synced is not None
        assert synced.status == ExecStatus.PIPELINE_SYNC
        server.exit_pipeline_mode()
        return results

    def _flush(self) -> None:
        while self._server.flush():  # more than the socket takes at once
            self._mouth.poll()

    def _next_result(self) -> PGresult:
        result = self._next()
        assert result is not None
        ended = self._next()
        assert ended is None  # each statement's results end so
        return result

    def _next(self) -> PGresult | None:
        while self._server.is_busy():
            self._ear.poll()
            self._server.consume_input()
        return self._server.get_result()

    def _error(self, result: PGresult) -> Exception:
        if self._server.status == ConnStatus.BAD:
            return errors.OperationalError(self._server.get_error_message())
        return errors.error_from_result(result)
