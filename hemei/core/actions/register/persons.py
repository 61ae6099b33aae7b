"""People who need no account: how a register's row becomes one, and is recognised again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hemei.core.access import Scope
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import identity, shown
from hemei.core.models import Person
from hemei.core.personal import decrypt, encrypt
from hemei.terms.personal import mask_phone

COLUMNS = ["id", "name", "region", "id_fingerprint", "id_last4", "id_cipher", "id_doubtful", "phone", "phone_masked"]
CHANGING = ["id", "name", "id_fingerprint", "id_last4", "id_cipher", "id_doubtful", "phone", "phone_masked"]


def described(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What may be staged in clear of a person: the name, what is kept of the number, and how both are shown."""
    return {"person": name, **identity(values.get("id_number")), **shown(values.get("id_number"), values.get("phone"))}


def private(values: Mapping[str, Any], *, keep_full_id: bool) -> dict[str, Any]:
    """What is staged encrypted: the telephone number, and the whole ID number only where a matter needs it."""
    kept = ["phone", "id_number"] if keep_full_id else ["phone"]
    told = {name: str(values[name]) for name in kept if values.get(name)}
    return told | ({"id_number": told["id_number"].upper()} if "id_number" in told else {})


def by_fingerprint(prints: Iterable[str], *, within: Scope) -> dict[str, Person]:
    known = Person.objects.filter(within.q(matter=None), id_fingerprint__in=[p for p in set(prints) if p])
    return {person.id_fingerprint: person for person in known}


def as_known(person: Person, personal: Mapping[str, Any]) -> dict[str, Any]:
    """The person as `described` would say it; a number that is not the same never looks the same."""
    same_phone = not personal.get("phone") or decrypt(person.phone) == personal["phone"]
    whole = not personal.get("id_number") or bool(person.id_cipher)
    return {
        "person": person.name,
        "id_fingerprint": person.id_fingerprint if whole else "",
        "id_last4": person.id_last4,
        "id_doubtful": person.id_doubtful,
        "id_number": f"**************{person.id_last4}" if person.id_last4 else "",
        "phone": person.phone_masked if same_phone else f"{person.phone_masked} ",
    }


def is_same(person: Person, said: Mapping[str, Any]) -> bool:
    """Whether a row speaks of this person: by the number where both have one, else by the name.

    A wrong number under the same name is a correction, a new name under the same number a renaming.
    """
    return person.name == said["person"] or bool(
        said.get("id_fingerprint") and said["id_fingerprint"] == person.id_fingerprint
    )


def lay_new(bench: Bench, said: Mapping[str, Any], personal: Mapping[str, Any], region: str) -> int:
    pk = bench.key(Person)
    phone = personal.get("phone", "")
    bench.insert(Person, COLUMNS).add(
        pk,
        said["person"],
        region,
        said.get("id_fingerprint", ""),
        said.get("id_last4", ""),
        encrypt(personal["id_number"]) if personal.get("id_number") else None,
        said.get("id_doubtful", False),
        encrypt(phone),
        mask_phone(phone),
    )
    return pk


def lay_change(bench: Bench, pk: int, said: Mapping[str, Any], personal: Mapping[str, Any]) -> None:
    phone = personal.get("phone", "")
    bench.update(Person, CHANGING).add(
        pk,
        said["person"],
        said.get("id_fingerprint"),
        said.get("id_last4"),
        encrypt(personal["id_number"]) if personal.get("id_number") else None,
        said.get("id_doubtful"),
        encrypt(phone) or None,
        mask_phone(phone) or None,
    )
