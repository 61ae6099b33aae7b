"""Nothing may grow with what lies outside the scope: every page, asked for by somebody of one village in a database
that holds thousands of rows of every table in others, reads few rows with each of its statements.

The addresses are those of the site, with every filter that its pages offer; new ones are asked for as they come, and so
are new tables filled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client

from hemei.core.access import SYSTEM, At
from hemei.core.actions.collector import issue_collector
from hemei.core.models import Account, Duty, Message, Place, Unit
from hemei.core.registry import registry
from hemei.core.roles import ROLES
from hemei.field.urls import for_collect
from tests.conftest import VILLAGE, People, engage
from tests.site.elsewhere import furnish
from tests.site.test_addresses import ADDRESSES, MARK, all_of, village_records
from tests.site.test_forms import Form, forms_of
from tests.site.test_open_to_all import opened

__all__ = ["village_records"]

# What one statement may take: steps of SQLite's own machine, of which a row read takes three or more; rows that
# PostgreSQL goes through.
MOST = {"sqlite": 2500, "postgresql": 300}

# Page and table → why this page reads more of it than its village.
WHOLE = {
    ("/office/audit/", "core_auditseal"): "the chain is one over all regions; its newest thousand links are checked",
    ("/office/audit/", "core_auditentry"): "the chain again, and how many entries wait for their seal",
    ("/houses/700001/appraisal/", "core_unit"): "an agency of anywhere in the district may have looked; they are few",
    ("/building/book/", "building_pattern"): "the book is one for all who look into it; it has a few hundred plans",
    ("/craftsmen/directory/", "craftsmen_craftsman"): "those of all regions who agreed, gone through for one page",
    ("/public/draws/", "core_draw"): "the newest two hundred of all regions: a district has some a year",
}

Asked = tuple[str, Any]


class Listener:
    """Hears every statement that is sent, with its values."""

    def __init__(self) -> None:
        self.heard: dict[str, Asked] = {}

    def __call__(self, execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if not many and sql.lstrip(" (").startswith(("SELECT", "WITH")):
            self.heard.setdefault(f"{sql} {values!r}", (sql, values))
        return execute(sql, values, many, context)


def read_by(sql: str, values: Any) -> int:
    """How much the database went through to answer: steps on SQLite, rows on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return steps(cursor, sql, values)
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", values)
        told = cursor.fetchone()[0]
        return rows((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])


def steps(cursor: Any, sql: str, values: Any) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 50
        return 0

    cursor.execute(f"EXPLAIN {sql}", values)  # which also reads the schema again, where it has to be
    counts = any(line[1] == "Count" for line in cursor.fetchall())  # a whole table in one step
    connection.connection.set_progress_handler(count, 50)
    try:
        cursor.execute(sql, values)
        cursor.fetchall()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted + (MOST["sqlite"] + 1) * counts


def rows(node: dict[str, Any]) -> int:
    """What the nodes of a plan took from tables, what they threw away included."""
    own = 0
    # A bitmap counts what other tests took back; of what is there, the scan above it tells.
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
        own = sum(node.get(name, 0) for name in names) * node["Actual Loops"]
    return int(own) + sum(rows(child) for child in node.get("Plans", []))


def too_much(asked: Asked) -> str:
    """The plan of a statement that reads too much, "" where it does not."""
    sql, values = asked
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # tables of a few pages would be read whole, whatever indexes they have
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off")
            cursor.execute("SET LOCAL enable_hashjoin = off")
        if (read := read_by(sql, values)) <= MOST[connection.vendor]:
            return ""
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql, values)
        told = "\n".join(str(line[-1]) for line in cursor.fetchall())
    return f"{read} for {sql[:2000]}\n{values!r:.300}\n{told}"


class Visitor:
    """Somebody at the pages, all of whose statements are looked at, each once."""

    def __init__(self, client: Client) -> None:
        self.client, self.known, self.found, self.pages = client, set[str](), dict[tuple[str, str], str](), 0

    def ask(self, address: str) -> Any:
        listener = Listener()
        with connection.execute_wrapper(listener), transaction.atomic():
            answer = self.client.get(address)
            all_of(answer)
            transaction.set_rollback(True)
        assert answer.status_code < 500, address
        self.pages += answer.status_code == 200
        for key, asked in listener.heard.items():
            if key not in self.known and (told := too_much(asked)):
                table = re.search(r'FROM "(\w+)"', asked[0])
                self.found[urlsplit(address).path, table[1] if table else ""] = told
            self.known.add(key)
        return answer

    def walk(self, addresses: Iterator[str]) -> dict[tuple[str, str], str]:
        """Every address, and each again with what its filters offer, one by one."""
        for address in addresses:
            answer = self.ask(address)
            if not answer.streaming:
                for question in questions(forms_of(answer, address)):
                    self.ask(question)
        return self.found


def questions(forms: list[Form]) -> Iterator[str]:
    for form in forms:
        for name, offered in form.fields.items() if form.method == "get" else ():
            for value in ([one for one in offered if one] or [MARK])[:2]:
                yield f"{urlsplit(form.address).path}?{urlencode({name: value})}"


def told(found: dict[tuple[str, str], str]) -> str:
    """What is read without a reason."""
    wrong = [f"{page} {table}: {plan}" for (page, table), plan in found.items() if (page, table) not in WHOLE]
    return "\n\n".join(wrong)


@pytest.fixture
def officer(village_records: People, units: dict[str, Unit]) -> Account:
    """Somebody who does every office's work in one village, among thousands of others."""
    account = engage("all", "多面手", "village_officer", VILLAGE, units["village"]).account
    assert account
    for role in ROLES:
        Duty.objects.create(
            account=account, unit=units["village"], role=role, matter="*", region=VILLAGE, starts=date(2020, 1, 1)
        )
    return account


def test_no_page_of_a_village_reads_what_others_have(officer: Account) -> None:
    furnish()
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(officer, "django.contrib.auth.backends.ModelBackend")
    visitor = Visitor(client)
    found = visitor.walk(address() for address in ADDRESSES)
    assert told(found) == ""
    assert visitor.pages > 200


def test_nor_does_a_phone_or_a_page_open_to_all(officer: Account, village_records: People) -> None:
    open_to_all = opened(village_records)
    _phone, key = issue_collector(where=At(VILLAGE), account=officer, name="手机", by=SYSTEM)
    furnish()
    collected = [
        f"/key/{key}/{str(pattern.pattern).replace('<str:form_id>', form).replace('<str:name>', 'wall_leaning.svg')}"
        for form in registry.forms
        for pattern in for_collect
    ]
    visitor = Visitor(Client(headers={"accept-language": "zh-CN", "X-OpenRosa-Version": "1.0"}))
    found = visitor.walk(iter([*open_to_all, *collected]))
    assert told(found) == ""
    assert visitor.pages > 20


def test_a_table_read_whole_is_noticed(officer: Account) -> None:
    furnish()
    for rows in (
        Message.objects.filter(text=MARK),
        Place.objects.filter(label__contains=MARK),
        Place.objects.order_by(),
    ):
        listener = Listener()
        with connection.execute_wrapper(listener):
            list(rows)
        [asked] = listener.heard.values()
        assert too_much(asked), rows.query
