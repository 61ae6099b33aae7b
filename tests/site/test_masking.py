"""Telephone and ID numbers are masked on every page, in every export, answer and line of the log."""

from __future__ import annotations

import io
import logging
import zipfile

import pytest
from django.test import Client

from hemei.core.models import Account, AuditEntry, Household, HouseholdMember, Person
from hemei.core.personal import encrypt, fingerprint
from hemei.terms.personal import last_four, mask_phone
from tests.conftest import People
from tests.site.test_addresses import ADDRESSES, NUMBER, all_of, village_records

__all__ = ["village_records"]

PHONE, ID_NUMBER = "13800001234", "11010519491231002X"
LOOK_IN = ("village", "grid", "township", "district", "administrator", "auditor")
FILES = ("csv", "xlsx", "gpkg")


@pytest.fixture
def numbers(village_records: People) -> People:
    """Every person and account has a telephone number, and every person a whole ID number that a matter needs."""
    telephone = {"phone": encrypt(PHONE), "phone_masked": mask_phone(PHONE)}
    whole = {"id_cipher": encrypt(ID_NUMBER), "id_fingerprint": fingerprint(ID_NUMBER)}
    Person.objects.update(**telephone, **whole, id_last4=last_four(ID_NUMBER))
    Account.objects.update(**telephone)
    HouseholdMember.objects.get_or_create(
        household=Household.objects.get(pk=NUMBER), person=Person.objects.get(pk=NUMBER)
    )
    return village_records


def readable(content: bytes) -> bytes:
    """What is packed in a workbook, unpacked."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return b"".join(book.read(name) for name in book.namelist())


@pytest.mark.parametrize("who", LOOK_IN)
def test_nothing_tells_a_whole_number(numbers: People, who: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(getattr(numbers, who).account)
    told = masked = 0
    for address in ADDRESSES:
        forms = FILES if {"form", "kind"} & set(address.converters) else ("",)
        for form in forms:
            path = address()
            path = f"{path.rpartition('.')[0]}.{form}" if form and "." in path else path
            answer = client.get(path)
            content = readable(all_of(answer))
            told += answer.status_code == 200
            masked += mask_phone(PHONE).encode() in content
            assert PHONE.encode() not in content, path
            assert ID_NUMBER.encode() not in content, path
    assert told > 20
    assert masked or who in ("administrator",), "a list that shows no number at all proves nothing"
    assert PHONE not in caplog.text
    assert ID_NUMBER not in caplog.text
    for entry in AuditEntry.objects.all():
        assert PHONE not in str(entry.detail)
        assert ID_NUMBER not in str(entry.detail)


def test_who_may_sees_it_once_and_an_entry_says_so(numbers: People) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    address = f"/office/places/{NUMBER}/persons/{NUMBER}/"
    client.force_login(numbers.grid.account)
    assert client.post(address).status_code == 403
    assert not AuditEntry.objects.filter(verb="person.unmask").exists()
    client.force_login(numbers.township.account)
    shown = client.post(address).content.decode()
    assert ID_NUMBER in shown
    assert PHONE in shown
    entry = AuditEntry.objects.get(verb="person.unmask")
    assert entry.subject == f"person:{NUMBER}"
    assert entry.account == numbers.township.account
