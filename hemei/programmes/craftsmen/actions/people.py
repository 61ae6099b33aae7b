"""Writes about one craftsman: certificates and duty cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core import signing
from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile
from hemei.core.errors import Conflict, Mistaken
from hemei.core.queries.parameter import parameter
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.actions.scans import attach
from hemei.programmes.craftsmen.levels import levels_of
from hemei.programmes.craftsmen.models import Certificate, Craftsman, DutyCard, Portrait, Posting
from hemei.programmes.craftsmen.queries.people import standings
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import today
from hemei.terms.region import Level


@dataclass(frozen=True)
class Paper:
    """A certificate as it lies on the desk."""

    body: str
    number: str
    issued_on: date
    valid_to: date


@action(verb="craftsman.keep", on="craftsman")
def record_certificate(*, craftsman: Craftsman, paper: Paper, by: Actor, files: Sequence[NewFile] = ()) -> Certificate:
    """Take a training body's certificate into the register, with its scans where there are any."""
    require_in_register(craftsman)
    if not paper.body.strip():
        raise Mistaken(_("请填写发证机构。"), field="body")
    if not paper.number.strip():
        raise Mistaken(_("请填写证书编号。"), field="number")
    if paper.issued_on > today():
        raise Mistaken(_("发证日期在将来，请核对。"), field="issued_on")
    if paper.valid_to < paper.issued_on:
        raise Mistaken(_("有效期至早于发证日期，请核对。"), field="valid_to")
    known = Certificate.objects.filter(body=paper.body.strip(), number=paper.number.strip())
    if known.exists():
        raise Conflict(_("这个机构的这个编号已经登记过了，请核对编号。"), field="number", code="known_certificate")
    row = Certificate.objects.create(
        craftsman=craftsman,
        region=craftsman.region,
        body=paper.body.strip(),
        number=paper.number.strip(),
        issued_on=paper.issued_on,
        valid_to=paper.valid_to,
        recorded_at=timezone.now(),
        actor=str(by),
    )
    said = [row.body, row.number, row.issued_on, row.valid_to]
    detail = {"row": row.pk, "files": attach(row, files, by=by)}
    audit(by, "certificate.record", f"craftsman:{craftsman.pk}", row.region, values=said, detail=detail)
    return row


@action(verb="craftsman.keep", on="certificate")
def revoke_certificate(*, certificate: Certificate, why: str, by: Actor) -> Certificate:
    """Say that a certificate no longer holds, from today on; the cards issued on it go with it."""
    if certificate.revoked_on is not None:
        raise Conflict(_("这本证书已经注销。"), code="revoked")
    require_reason(why)
    certificate.revoked_on, certificate.revoked_why = today(), why.strip()
    certificate.save(update_fields=["revoked_on", "revoked_why"])
    gone = DutyCard.objects.filter(certificate=certificate, revoked_on=None)
    cards = gone.update(revoked_on=today(), revoked_why=why.strip())
    subject = f"craftsman:{certificate.craftsman_id}"
    detail = {"row": certificate.pk, "cards": cards}
    audit(by, "certificate.revoke", subject, certificate.region, values=why, detail=detail)
    return certificate


@action(verb="craftsman.keep", on="craftsman")
def issue_card(*, craftsman: Craftsman, by: Actor) -> DutyCard:
    """A duty card for whoever may be on duty today. An earlier card is replaced: only one is valid at a time."""
    require_in_register(craftsman)
    on = today()
    stands = standings([craftsman], on=on)[craftsman.pk]
    if stands.certificate is None or stands.until is None:
        raise Mistaken(_("现在不能发牌：%(why)s") % {"why": why_not(stands)}, code="not_certified")
    paper = Certificate.objects.get(pk=stands.certificate.key)
    DutyCard.objects.filter(craftsman=craftsman, revoked_on=None).update(revoked_on=on, revoked_why=_("换发新牌"))
    made = DutyCard.objects.filter(craftsman=craftsman).count()
    district = craftsman.region[: Level.DISTRICT]
    row = DutyCard(
        craftsman=craftsman,
        certificate=paper,
        region=craftsman.region,
        number=f"{district}-{craftsman.pk}-{made + 1}",
        issued_on=on,
        valid_to=stands.until,
        actor=str(by),
    )
    row.code = signing.sign(carried(row))
    row.save()
    audit(by, "card.issue", f"craftsman:{craftsman.pk}", row.region, values=row.code, detail={"card": row.number})
    return row


def carried(card: DutyCard) -> dict[str, object]:
    """What a card's code says, under one-letter keys: every character makes the printed squares smaller."""
    who = card.craftsman
    issuer = parameter("craftsmen.card.issuer", region=card.region, on=card.issued_on).value
    return {
        "v": 1,
        "k": card.number,
        "n": who.person.name,
        "t": who.trade,
        "l": who.level,
        "d": who.lead,
        "c": card.certificate.number,
        "i": card.issued_on.isoformat(),
        "u": card.valid_to.isoformat(),
        "b": issuer,
    }


@action(verb="craftsman.keep", on="card")
def revoke_card(*, card: DutyCard, why: str, by: Actor) -> DutyCard:
    """Say that a card no longer counts, as when it was lost."""
    if card.revoked_on is not None:
        raise Conflict(_("这块上岗牌已经作废。"), code="revoked")
    require_reason(why)
    card.revoked_on, card.revoked_why = today(), why.strip()
    card.save(update_fields=["revoked_on", "revoked_why"])
    subject = f"craftsman:{card.craftsman_id}"
    audit(by, "card.revoke", subject, card.region, values=why, detail={"card": card.number})
    return card


def require_reason(why: str) -> None:
    """Raise Mistaken where nobody says why."""
    if not why.strip():
        raise Mistaken(_("请写明原因。"), field="why", code="no_reason")


def require_in_register(craftsman: Craftsman) -> None:
    """Raise Conflict for whoever has left it."""
    if craftsman.left_on is not None:
        raise Conflict(_("这名工匠已经退出名册。"), code="left")


SHOWN: dict[str, str | Promise] = {
    "name": gettext_lazy("姓名"),
    "level": gettext_lazy("技能等级"),
    "team": gettext_lazy("班组"),
    "phone": gettext_lazy("联系电话"),
}
"""What the public directory may say of somebody, besides trade and township, where they agreed to it."""


@action(verb="craftsman.keep", on="craftsman")
def agree(*, craftsman: Craftsman, shown: Sequence[str], paper: str, by: Actor) -> Craftsman:
    """What somebody lets the public directory show from now on; nothing takes them out of it at once."""
    require_in_register(craftsman)
    if not paper.strip():
        raise Mistaken(_("请写明依据，例如本人签字的同意书及日期。"), field="paper", code="no_document")
    if unknown := [name for name in shown if name not in SHOWN]:
        raise Mistaken(_("不能公开“%(name)s”。") % {"name": unknown[0]}, field="shown")
    if shown and "name" not in shown:
        raise Mistaken(_("只公开别的、不公开姓名，名录里就没法列。请勾上姓名，或都不勾。"), field="shown")
    craftsman.shown, craftsman.agreed_by = [name for name in SHOWN if name in shown], paper.strip()
    craftsman.agreed_on = today()
    craftsman.save(update_fields=["shown", "agreed_by", "agreed_on"])
    detail = {"shown": craftsman.shown}
    audit(by, "craftsman.agree", f"craftsman:{craftsman.pk}", craftsman.region, values=paper, detail=detail)
    return craftsman


@action(verb="craftsman.keep", on="craftsman")
def change(*, craftsman: Craftsman, trade: str, level: str, lead: bool, team: str, by: Actor) -> Craftsman:
    """Correct what the register says of somebody's work. A card already issued keeps what it says: it is signed."""
    require_in_register(craftsman)
    named = levels_of(craftsman.region)
    if level.strip() and named and level.strip() not in named:
        raise Mistaken(
            _("区里没有这一等级。请填写：%(named)s。") % {"named": "、".join(named)},
            field="level",
            code="unknown_level",
        )
    craftsman.trade, craftsman.level, craftsman.lead, craftsman.team = trade, level.strip(), lead, team.strip()
    craftsman.save(update_fields=["trade", "level", "lead", "team"])
    audit(by, "craftsman.change", f"craftsman:{craftsman.pk}", craftsman.region, values=[trade, level, lead, team])
    return craftsman


@action(verb="craftsman.keep", on="craftsman")
def leave(*, craftsman: Craftsman, why: str, by: Actor) -> Craftsman:
    """Out of the register: cards count no more, the directory shows nothing, the picture goes; what was done stays."""
    require_in_register(craftsman)
    require_reason(why)
    if Posting.objects.filter(craftsman=craftsman, ends=None).exists():
        raise Mistaken(_("他还在工地上。请先让村里登记离开。"), code="still_posted")
    craftsman.left_on, craftsman.shown = today(), []
    craftsman.save(update_fields=["left_on", "shown"])
    gone = DutyCard.objects.filter(craftsman=craftsman, revoked_on=None)
    cards = gone.update(revoked_on=today(), revoked_why=why.strip())
    pictures, _each = Portrait.objects.filter(craftsman=craftsman).delete()
    subject, detail = f"craftsman:{craftsman.pk}", {"cards": cards, "pictures": pictures}
    audit(by, "craftsman.leave", subject, craftsman.region, values=why, detail=detail)
    return craftsman


@action(verb="craftsman.keep", on="craftsman")
def bring_back(*, craftsman: Craftsman, why: str, by: Actor) -> Craftsman:
    """Into the register again, with what was done; cards that were called in stay so, and consent is asked anew."""
    if craftsman.left_on is None:
        raise Conflict(_("这名工匠还在名册里。"), code="not_left")
    require_reason(why)
    craftsman.left_on = None
    craftsman.save(update_fields=["left_on"])
    audit(by, "craftsman.return", f"craftsman:{craftsman.pk}", craftsman.region, values=why)
    return craftsman
