"""Personal data: what is masked everywhere is shown only here, once, and the entry stays."""

from __future__ import annotations

from dataclasses import dataclass

from hemei.core.access import Actor, require_proof
from hemei.core.models import Person
from hemei.core.personal import decrypt
from hemei.core.writing import action, audit
from hemei.terms.personal import mask_id


@dataclass(frozen=True)
class Unmasked:
    id_number: str
    id_complete: bool  # False: only the last four digits were ever stored
    phone: str


@action(verb="person.unmask", on="person")
def unmask(*, person: Person, by: Actor) -> Unmasked:
    """The whole ID number, where it was stored, and the telephone number."""
    require_proof(by)
    number = decrypt(person.id_cipher) if person.id_cipher else ""
    audit(by, "person.unmask", f"person:{person.pk}", person.region, detail={"whole_number": bool(number)})
    return Unmasked(number or mask_id(person.id_last4), bool(number), decrypt(person.phone))
