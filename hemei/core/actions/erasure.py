"""Deleting personal data when its time is over, as an act: the value goes, the entry that says so stays."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Actor, require_proof, scope_of
from hemei.core.actions.register.applying import forget_files, forget_read
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import LEFT_LYING, Account, BatchState, Duty, ImportBatch, Person
from hemei.core.queries.erasure import holds_a_place, is_needed
from hemei.core.wording import stored
from hemei.core.writing import action, audit
from hemei.terms.day import today

ERASED = gettext_lazy("（已删除）")


@action(verb="person.erase", on="person")
def erase_person(*, person: Person, document: str, by: Actor) -> Person:
    """Name and numbers of somebody who holds no place any more. Where they lived and what was found there stays."""
    require_proof(by)
    _require_document(document)
    if person.erased_at is not None:
        raise Conflict(_("这个人的信息已经删除。"), code="erased")
    if holds_a_place(person, within=scope_of(by, "person.erase"), on=today()):
        raise Mistaken(
            _("这户还有在册的房屋，住户信息还在使用，不能删除。先结束户房关系，或注销房屋。"), code="still_needed"
        )
    if is_needed(person, within=scope_of(by, "person.erase")):
        raise Mistaken(_("这个人的信息还有别的事项在用，不能删除；先在那里办理退出。"), code="still_needed")
    told = [name for name in ("id_last4", "phone_masked") if getattr(person, name)]
    person.name, person.erased_at = stored(ERASED), timezone.now()
    person.id_fingerprint = person.id_last4 = person.phone_masked = ""
    person.id_cipher, person.phone, person.id_doubtful = None, b"", False
    person.save()
    _leave(by, "person.erase", f"person:{person.pk}", person.region, document, ["name", *told])
    return person


@action(verb="unit.edit", on="duty")
def erase_account(*, duty: Duty, document: str, by: Actor) -> Account:
    """The telephone number of somebody who signs in no more. Their name stays beside what they did."""
    _require_document(document)
    account = duty.account
    if account.is_active:
        raise Mistaken(_("账号还在用，电话不能删除；请先停用账号。"), code="still_needed")
    account.phone, account.phone_masked = b"", ""
    account.save(update_fields=["phone", "phone_masked"])
    _leave(by, "account.erase", f"account:{account.pk}", duty.region, document, ["phone"])
    return account


@action(verb="register.import", on="batch")
def forget_rows(*, batch: ImportBatch, document: str, by: Actor) -> int:
    """The staged rows of an import that is over, and its files; what was imported and the entry of it stay. One that
    failed or that nobody confirmed is discarded by this. Returns how many rows."""
    _require_document(document)
    if batch.state in LEFT_LYING:
        batch.state = BatchState.DISCARDED
    gone = forget_read(batch)
    forget_files(batch)
    _leave(by, "register.forget", f"batch:{batch.pk}", batch.region, document, ["rows"])
    return gone


def _require_document(document: str) -> None:
    if not document.strip():
        raise Mistaken(
            _("请写明依据，例如保存期限的文件和文号，或本人申请及日期。"), field="document", code="no_document"
        )


def _leave(by: Actor, verb: str, subject: str, region: str, document: str, fields: list[str]) -> None:
    audit(by, verb, subject, region, detail={"document": document.strip(), "fields": fields})
