"""Numbers of another township's records in the fields of one's own forms: nothing is linked, changed or shown.

The addresses themselves are asked for in `test_addresses.py`. Here somebody stands at pages that are theirs, and puts
into each field the number that belongs to somebody else.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q
from django.test import Client

from hemei.core.access import Scope
from hemei.core.models import Duty, HouseholdMember
from hemei.terms.day import today
from tests.conftest import VILLAGE, People
from tests.site.test_addresses import ADDRESSES, MARK, NUMBER, all_of, village_records
from tests.site.test_forms import Form, forms_of

__all__ = ["village_records"]

TIMES = int(os.environ.get("HEMEI_CASES", "2"))  # of each form: all fields at once, then one after the other

FOREIGN, FOREIGN_MARK = 812_347, "waixiang"
OWN = r'"(django_session|core_auditentry)"'  # what was asked for is written down, too
FOREIGN_VILLAGE = "429999104200"
ASKED = (
    "place",
    "person",
    "household",
    "case",
    "check",
    "craftsman",
    "permit",
    "session",
    "site",
    "unit",
    "account",
    "duty",
    "round",
    "draw",
    "batch",
    "row",
    "rows",
    "job",
    "run",
    "layer",
    "version",
    "evidence",
    "photo",
    "form",
    "plan",
    "id",
    "pk",
    "ids",
    "known",
    "cursor",
    "next",
    "visit",
    "whose",
    "message",
    "preview",
    "lead",
    "card",
    "region",
)


def theirs(value: Any) -> Any:
    """What stands in the other township where this stands here."""
    match value:
        case int() if value >= NUMBER and value < NUMBER + 10:
            return value - NUMBER + FOREIGN
        case str():
            return value.replace(MARK, FOREIGN_MARK).replace(VILLAGE, FOREIGN_VILLAGE)
        case list():
            return [theirs(one) for one in value]
    return value


def copied() -> int:
    """Every record of `village_records` once more, in a village of another township. Returns how many."""
    rows: list[models.Model] = []
    for model in apps.get_models():
        if (
            model is not Duty
            and model.__module__.startswith("hemei.")
            and isinstance(model._meta.pk, models.AutoField | models.OneToOneField)
        ):
            rows += model._default_manager.filter(pk__in=[NUMBER, NUMBER + 7])
    for row in rows:
        for field in row._meta.concrete_fields:
            setattr(row, field.attname, theirs(getattr(row, field.attname)))
        row.save(force_insert=True)
    return len(rows)


class Outsider:
    """Somebody at their own pages, whose every press is taken back."""

    def __init__(self, account: Any) -> None:
        self.client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
        self.client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        self.told: dict[str, str] = {}
        self.tried = 0

    def press(self, method: str, address: str, said: dict[str, Any]) -> Any:
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query)) | said if method == "get" else said
        self.tried += 1
        with transaction.atomic(), written() as touched:
            response = getattr(self.client, method)(parts.path, asked)
            transaction.set_rollback(True)
        body = all_of(response)
        where = f"{method} {parts.path} { ({k: v for k, v in said.items() if str(FOREIGN) in str(v)}) }"
        if response.status_code >= 500:
            self.told[where] = str(response.status_code)
        elif FOREIGN_MARK.encode() in body:
            self.told[where] = "shown"
        elif touched:
            self.told[where] = touched[0]
        return response


@contextmanager
def written() -> Iterator[list[str]]:
    """The writes that name a record of the others."""
    touched: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and names_them(params) and not re.search(OWN, sql):
            touched.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield touched


def names_them(params: Any) -> bool:
    """By a key: the digits in a text that was typed in are a text."""
    lines = params if params and isinstance(params[0], list | tuple) else [params or ()]
    return any(type(one) is int and one in (FOREIGN, FOREIGN + 7) for line in lines for one in line)


def plausible(form: Form) -> dict[str, Any]:
    """The form as somebody fills it in who means it."""
    said = {}
    for name, offered in form.fields.items():
        value = next((one for one in offered if one), "")
        dated = any(word in name for word in ("on", "starts", "ends", "date", "day", "since"))
        said[name] = value or (today().isoformat() if dated else "1")
    return said


def with_foreign(said: dict[str, Any], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    yield said | dict.fromkeys(names, str(FOREIGN))
    for name in names:
        yield said | {name: str(FOREIGN)}
        yield said | {name: [said.get(name, ""), str(FOREIGN)]}


@pytest.mark.parametrize("who", ["village", "township"] if TIMES > 2 else ["township"])
def test_a_number_of_another_township_is_as_good_as_none(village_records: People, who: str) -> None:
    assert copied() > 25
    outsider, seen, chance = Outsider(getattr(village_records, who).account), set(), random.Random(who)
    for address in ADDRESSES:
        page = address()
        found = forms_of(outsider.press("get", page, {}), page)
        outsider.press("get", page, dict.fromkeys(ASKED, str(FOREIGN)))
        for form in found:
            if form.sort not in seen:
                seen.add(form.sort)
                names = [name for name in form.fields if name != "csrfmiddlewaretoken"]
                chance.shuffle(names)
                for said in islice(with_foreign(plausible(form), names), TIMES):
                    outsider.press(form.method, form.address, said)
        if len(address.converters) > 1 and address.of_a_record:
            mixed = (
                page.replace(f"/{NUMBER}/", f"/{NUMBER}#/", 1).replace(f"/{NUMBER}/", f"/{FOREIGN}/").replace("#", "")
            )
            for method in ("get", "post"):
                outsider.press(method, mixed, {})
    assert outsider.tried > 200
    assert outsider.told == {}


def test_it_would_be_found(village_records: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without scopes the others' records are shown, and a write that names one is noticed."""
    copied()
    outsider = Outsider(village_records.village.account)
    monkeypatch.setattr(Scope, "q", lambda *_given, **_more: Q())
    outsider.press("get", "/office/cases/", {})
    assert list(outsider.told.values()) == ["shown"]
    with written() as touched:
        HouseholdMember.objects.filter(household=FOREIGN).delete()
        Duty.objects.filter(pk=FOREIGN).update(unit=FOREIGN)
    assert touched
