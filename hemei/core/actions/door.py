"""The plate on a door: issued, revoked, paired with a phone, reported through."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, ActorKind, Refused, require
from hemei.core.actions.check import OF_INSTANCE, Answered, Stored, submit_check, verb_for, with_cases
from hemei.core.actions.evidence import NewFile
from hemei.core.errors import Mistaken
from hemei.core.models import Channel, Check, DoorToken, PairedPhone, Place, Tier
from hemei.core.personal import fingerprint, token_hash
from hemei.core.prepared import Given, Prepared, read_again
from hemei.core.registry import Form, registry
from hemei.core.writing import action, audit, nothing_new, writing

TOKEN_BYTES = 16
CODE_DIGITS = 8
WRONG_CODES = 5  # ours: so many wrong codes close a door to pairing
CLOSED_FOR = timedelta(minutes=15)
REPORTS_AN_HOUR = 20  # ours: from one door, by whatever phone
WAITS_AT_MOST = timedelta(days=30)  # ours: what waited on a phone for longer says little of the house today


class TooMany(Mistaken):
    """More reports than one household makes have come from this door within the hour."""


@dataclass(frozen=True)
class IssuedDoor:
    """What is printed once: of token and code only hashes are kept."""

    door: DoorToken
    token: str
    code: str


@dataclass(frozen=True)
class Pairing:
    """The phone's secret, or why there is none: how many tries are left, or until when the door takes none."""

    secret: str = ""
    tries_left: int = 0
    closed_until: datetime | None = None


def random_token() -> str:
    """128 random bits, in letters and digits that nobody confuses."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()


def card_hash(token_digest: str, code: str) -> str:
    """Eight digits could be tried out, so the hash is keyed, and bound to its door."""
    digits = "".join(letter for letter in unicodedata.normalize("NFKC", code) if letter.isdigit())
    return fingerprint(f"{token_digest}:{digits}")


@action(verb="door.issue", on="place")
def issue_door(*, place: Place, by: Actor) -> IssuedDoor:
    """A new plate and indoor card. The earlier plate stops working, and phones paired with it too."""
    if not registry.forms_for(place.kind, Tier.SELF):
        raise Mistaken(_("这类对象没有自查表，不需要门牌码。"), field="place", code="no_self_form")
    now = timezone.now()
    revoked = _revoke(place, now)
    token, code = random_token(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    digest = token_hash(token)
    door = DoorToken.objects.create(
        place=place, region=place.region, token_hash=digest, card_hash=card_hash(digest, code), issued_at=now
    )
    detail = {"place": place.pk, "revoked": revoked}
    audit(by, "door.issue", f"door:{door.pk}", place.region, values=[digest], detail=detail, at=now)
    return IssuedDoor(door, token, code)


def issue_doors(*, places: Sequence[Place], by: Actor) -> list[IssuedDoor]:
    """A batch, whole or not at all: a sheet that was not shown has not been issued."""
    with writing():
        return [issue_door(place=place, by=by) for place in places]


@action(verb="door.issue", on="place")
def revoke_door(*, place: Place, by: Actor) -> int:
    """Make the place's plate stop working; how many did."""
    now = timezone.now()
    if revoked := _revoke(place, now):
        audit(by, "door.revoke", f"place:{place.pk}", place.region, detail={"revoked": revoked}, at=now)
    else:
        nothing_new()
    return revoked


def _revoke(place: Place, now: datetime) -> int:
    PairedPhone.objects.filter(door__place=place, revoked_at=None).update(revoked_at=now)
    return DoorToken.objects.filter(place=place, revoked_at=None).update(revoked_at=now)


@action(verb="door.pair", on="door")
def pair(*, door: DoorToken, code: str, by: Actor) -> Pairing:
    """Pair a phone by the code on the indoor card. A wrong code is counted, so it is answered, not raised."""
    now = timezone.now()
    if door.closed_until and now < door.closed_until:
        nothing_new()
        return Pairing(closed_until=door.closed_until)
    right = hmac.compare_digest(door.card_hash, card_hash(door.token_hash, code))
    if not right or door.revoked_at:
        return _count_wrong(door, by, now)
    door.failures, door.closed_until = 0, None
    door.save(update_fields=["failures", "closed_until"])
    secret = random_token()
    phone = PairedPhone.objects.create(door=door, secret_hash=token_hash(secret), paired_at=now)
    audit(by, "door.pair", f"door:{door.pk}", door.region, detail={"phone": phone.pk}, at=now)
    return Pairing(secret)


@action(verb="door.pair", on="door")
def forget_phone(*, door: DoorToken, by: Actor) -> None:
    """Unpair the phone that asks for it."""
    if by.kind is not ActorKind.PHONE:
        raise Refused("door.pair")
    now = timezone.now()
    PairedPhone.objects.filter(door=door, pk=by.id, revoked_at=None).update(revoked_at=now)
    audit(by, "door.forget", f"door:{door.pk}", door.region, detail={"phone": by.id}, at=now)


def _count_wrong(door: DoorToken, by: Actor, now: datetime) -> Pairing:
    door.failures += 1
    left = WRONG_CODES - door.failures
    if left <= 0:
        door.failures, door.closed_until = 0, now + CLOSED_FOR
    door.save(update_fields=["failures", "closed_until"])
    audit(by, "door.wrong_code", f"door:{door.pk}", door.region, detail={"left": max(left, 0)}, at=now)
    return Pairing(tries_left=left) if left > 0 else Pairing(closed_until=door.closed_until)


VISIT_LASTS = timedelta(hours=25)  # what a visit carries is believed for a day
SENT_SINCE = Prepared(
    lambda: (
        Check.objects.filter(place=Given("place"), tier=Tier.SELF, channel=Channel.PAGE, recorded_at__gt=Given("since"))
        .order_by("-id")
        .values_list("instance_id", "recorded_at", "replaced_by")
    )
)


def report(
    *, place: Place, form: Form, visit: str, answers: Mapping[str, Any], by: Actor, files: Sequence[NewFile] = ()
) -> Stored:
    """What a household sends during one visit to its page. The same answers twice are stored once.

    Other answers in the same visit (gone back and corrected, or a danger first and the rest after it) replace those
    before. Raises TooMany where one door sends more than a household would.
    """
    raw = json.dumps([form.id, visit, answers], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    instance = f"{visit}.{hashlib.sha256(raw).hexdigest()[:16]}"
    now = timezone.now()
    sent = SENT_SINCE(place=place.pk, since=now - VISIT_LASTS)
    own = (f"{visit}.", f"kept.{visit}.")  # what the page that stays on the phone took over from this visit, too
    of_visit = {sent_as: later for sent_as, _at, later in sent if sent_as.startswith(own)}
    if instance in of_visit:
        replaced = ""
    else:
        _hold_off([at for _sent_as, at, _later in sent], now)
        replaced = next((earlier for earlier, later in of_visit.items() if later is None), "")
    answered = Answered(
        instance_id=instance,
        form=form.id,
        answers=dict(answers),
        at=now,
        channel=Channel.PAGE,
        raw=raw,
        files=files,
        replaces=replaced,
    )
    answered.look_over()
    return submit_check(place=place, answered=answered, by=by)


def _hold_off(sent: Sequence[datetime], now: datetime) -> None:
    if sum(at > now - timedelta(hours=1) for at in sent) >= REPORTS_AN_HOUR:
        raise TooMany(_("这个门牌码一小时内报告的次数太多了，请过一会儿再报，急事请打电话。"), code="too_many")


def report_kept(*, place: Place, answered: Answered, visit: str, by: Actor) -> Stored:
    """What waited on a phone until there was a signal, under the number that it was given there.

    The number is `kept.` and the visit, whose later parts end in `.1`, `.2` and so on: a danger first, and what was
    answered after it. Each part stands for those before it. However often and in whatever order they come, one check
    of the visit stands, its last; a part that comes after a later one is answered with what that one showed. A visit
    that the page with a signal had begun goes on here: what it sent, and heard no answer to, comes before all parts.

    Raises TooMany as `report` does, and Mistaken for what waited too long; what is stored already is answered all
    the same.
    """
    require(by, verb_for(answered, by), place)
    if not OF_INSTANCE.first(instance=answered.instance_id):
        answered.look_over()
    with writing():
        read_again(place)  # one part after another
        if not OF_INSTANCE.first(instance=answered.instance_id):
            last = _last_part(place, visit)
            if last and _part_of(last.instance_id) > _part_of(answered.instance_id):
                return with_cases(last)
            _take(place, answered.at)
            if last and not hasattr(last, "replaced_by"):  # whoever corrected it meanwhile has seen it
                answered = replace(answered, replaces=last.instance_id)
        return submit_check(place=place, answered=answered, by=by)


def _take(place: Place, at: datetime) -> None:
    """Raise Mistaken for what waited too long, TooMany for more than a household sends."""
    now = timezone.now()
    if at < now - WAITS_AT_MOST:
        days = WAITS_AT_MOST.days
        raise Mistaken(_("这是 %(n)d 天以前的情况了，请再看一遍，重新报一次。") % {"n": days}, code="too_old")
    sent = SENT_SINCE(place=place.pk, since=now - timedelta(hours=1))
    _hold_off([at for _sent_as, at, _later in sent], now)


def _last_part(place: Place, visit: str) -> Check | None:
    of_visit = Q(instance_id__startswith=f"kept.{visit}") | Q(instance_id__startswith=f"{visit}.")
    parts = Check.objects.filter(of_visit, place=place).select_related("replaced_by")
    return max(parts, key=lambda check: (_part_of(check.instance_id), check.pk), default=None)


def _part_of(instance: str) -> int:
    """Which part of its visit, -1 for what the page with a signal sent; the first of an older page says none."""
    if not instance.startswith("kept."):
        return -1
    _kept, _visit, *part = instance.split(".")
    return int(part[0]) if part else 0
