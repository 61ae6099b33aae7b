"""The joint review: opinions side by side, visits, what was found on site, and failing gates set aside by two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile
from hemei.core.errors import Conflict, Mistaken, filled
from hemei.core.writing import action, audit
from hemei.programmes.building.actions.applying import attach
from hemei.programmes.building.actions.kin import require_no_kin
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import OnSite, Opinion, Permit, SetAside, Visit
from hemei.programmes.building.queries.standing import Stood, stood
from hemei.terms.day import FIRST_DAY, today
from hemei.terms.verdict import Outcome


def _running(permit: Permit) -> None:
    if LIFE.by_key[permit.state].ending:
        raise Conflict(_("这件申请已经了结。"), code="ended")


@action(verb="permit.opine", on="permit")
def opine(*, permit: Permit, office: str, said: str, note: str, by: Actor) -> Opinion:
    """One office's word. An objection says why."""
    require_no_kin(permit, by)
    if permit.state != "village_reviewed":
        raise Conflict(_("村级审查通过以后、乡镇审查以前才会审。"), code="wrong_state")
    if office not in listed_in("offices", region=permit.region, on=today()):
        raise Mistaken(_("请选是哪个部门。"), field="office", code="unknown")
    if said not in Opinion.Said.values:
        raise Mistaken(_("请选一个意见。"), field="said", code="unknown")
    if said == Opinion.Said.OBJECTS:
        filled(note, "note")
    row = Opinion.objects.create(
        permit=permit, office=office, said=said, note=note.strip(), at=timezone.now(), actor=str(by), account=by.account
    )
    detail = {"office": office, "said": str(said)}
    audit(by, "permit.opine", f"permit:{permit.pk}", permit.region, values=note, detail=detail)
    return row


@action(verb="permit.visit", on="permit")
def visit(
    *, permit: Permit, kind: str, on: date, people: str, found: str, by: Actor, files: Sequence[NewFile] = ()
) -> Visit:
    """Somebody was there: who, when, what they saw, with photos."""
    _running(permit)
    if kind not in listed_in("visits", region=permit.region, on=today()):
        raise Mistaken(_("请选是哪一次到场。"), field="kind", code="unknown")
    if not FIRST_DAY <= on <= today():
        raise Mistaken(_("到场的日子不能在将来。"), field="on", code="in_the_future")
    people, found = filled(people, "people"), filled(found, "found")
    if not files:
        raise Mistaken(_("请至少拍一张现场照片。"), field="files", code="no_evidence")
    now = timezone.now()
    row = Visit.objects.create(
        permit=permit, kind=kind, on=on, people=people, found=found, at=now, actor=str(by), account=by.account
    )
    attach(permit, files, by=by, now=now, visit=row)
    detail = {"kind": kind, "visit": row.pk}
    audit(by, "permit.visit", f"permit:{permit.pk}", permit.region, values=[on, people, found], detail=detail)
    return row


def _gate(permit: Permit, gate: str, wanted: Outcome) -> Stood:
    found = next((one for one in stood(permit) if one.passage.gate.id == gate), None)
    if found is None:
        raise Mistaken(_("没有这一项条件。"), field="gate", code="unknown")
    if found.outcome is not wanted:
        raise Conflict(_("这一项现在不是这样了，请刷新页面看看。"), field="gate", code="changed")
    return found


@action(verb="permit.measure", on="permit")
def settle_on_site(*, permit: Permit, gate: str, outcome: str, note: str, by: Actor) -> OnSite:
    """What a visit found out about a gate that the register could not answer."""
    _running(permit)
    require_no_kin(permit, by)
    found = _gate(permit, gate, Outcome.UNKNOWN)
    if outcome not in (Outcome.PASS, Outcome.FAIL):
        raise Mistaken(_("请选符合或不符合。"), field="outcome", code="unknown")
    seen = permit.visits.order_by("-pk").first()
    if seen is None:
        raise Mistaken(_("请先登记到场，再写现场认定。"), field="note", code="not_visited")
    row = OnSite.objects.create(
        permit=permit,
        gate=gate,
        was=found.was,
        outcome=str(outcome),
        visit=seen,
        note=filled(note, "note"),
        at=timezone.now(),
        actor=str(by),
        account=by.account,
    )
    detail = {"gate": gate, "outcome": str(outcome)}
    audit(by, "permit.measure", f"permit:{permit.pk}", permit.region, values=note, detail=detail)
    return row


@action(verb="permit.set_aside", on="permit")
def ask_set_aside(*, permit: Permit, gate: str, document: str, reason: str, by: Actor) -> SetAside:
    """The first signature under a failing gate that is to be set aside."""
    _running(permit)
    require_no_kin(permit, by)
    found = _gate(permit, gate, Outcome.FAIL)
    if found.set_aside is not None:
        raise Conflict(_("这一项已经有人提出搁置。"), field="gate", code="asked")
    row = SetAside.objects.create(
        permit=permit,
        gate=gate,
        was=found.was,
        document=filled(document, "document"),
        reason=filled(reason, "reason"),
        asked_at=timezone.now(),
        asked_by=str(by),
        asker=by.account,
    )
    values, detail = [document, reason], {"gate": gate, "row": row.pk}
    audit(by, "permit.ask_set_aside", f"permit:{permit.pk}", permit.region, values=values, detail=detail)
    return row


@action(verb="permit.set_aside", on="permit")
def sign_set_aside(*, permit: Permit, gate: str, by: Actor) -> SetAside:
    """The second signature, by another person: from now on that failure does not stand in the way."""
    _running(permit)
    require_no_kin(permit, by)
    row = _gate(permit, gate, Outcome.FAIL).set_aside
    if row is None:
        raise Mistaken(_("还没有人提出搁置。"), field="gate", code="not_asked")
    if row.signed_at is not None:
        raise Conflict(_("已经签过第二个字了。"), field="gate", code="signed")
    if row.asked_by == str(by):
        raise Mistaken(_("自己提出的搁置不能自己签第二个字，请由另一人签。"), field="gate", code="own_request")
    row.signed_at, row.signed_by, row.signer = timezone.now(), str(by), by.account
    row.save(update_fields=["signed_at", "signed_by", "signer"])
    detail = {"gate": gate, "row": row.pk}
    audit(by, "permit.set_aside", f"permit:{permit.pk}", permit.region, values=row.was, detail=detail)
    return row
