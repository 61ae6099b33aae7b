"""两步验证: set up by its owner, proved by a code, reset by an administrator where the telephone is lost."""

from __future__ import annotations

import base64
import secrets
import unicodedata
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, Refused
from hemei.core.actions.unit import LETTERS, account_in_hand, home_of
from hemei.core.errors import Conflict, Mistaken
from hemei.core.limits import spend
from hemei.core.models import Account, Duty, SecondFactor
from hemei.core.personal import decrypt, encrypt, fingerprint
from hemei.core.writing import action, audit, nothing_new, writing
from hemei.terms import onetime

RECOVERY_CODES, RECOVERY_LENGTH = 10, 12


@dataclass(frozen=True)
class Proof:
    """What a code turned out to be."""

    by_recovery: bool = False
    left: int = 0  # recovery codes not used yet


def new_secret() -> str:
    """A secret in base32, not kept anywhere yet."""
    return base64.b32encode(secrets.token_bytes(onetime.SECRET_BYTES)).decode()


def set_up(*, account: Account, secret: str, code: str, by: Actor) -> list[str]:
    """Begin to ask this account for codes, once its app has given a right one; returns the recovery codes, once."""
    _require_own(account, by)
    spend("code", account.pk)
    now = timezone.now()
    step = onetime.step_of_code(base64.b32decode(secret), _plain(code), now.timestamp())
    if step is None:
        raise Mistaken(
            _("验证码不对。请核对手机时间是否准确，再输入应用里现在显示的 6 位数字。"), field="code", code="wrong_code"
        )
    codes = _recovery_codes()
    with writing():
        if SecondFactor.objects.filter(account=account).exists():
            raise Conflict(_("这个账号已经设好两步验证。"), code="set_up_already")
        SecondFactor.objects.create(
            account=account,
            secret=encrypt(secret),
            last_step=step,
            recovery=[_hash(account, one) for one in codes],
            set_up_at=now,
        )
        account.end_sign_ins()
        audit(by, "account.second_factor", f"account:{account.pk}", home_of(account))
    return codes


def prove(*, account: Account, code: str, by: Actor) -> Proof:
    """Whether whoever knows the password also holds the telephone, or one of the recovery codes. Raises Mistaken."""
    _require_own(account, by)
    spend("code", account.pk)
    said = _plain(code)
    with writing():
        factor = SecondFactor.objects.select_for_update().filter(account=account).first()
        if factor is None:
            raise Conflict(_("这个账号还没有设两步验证。"), code="not_set_up")
        secret = base64.b32decode(decrypt(factor.secret))
        step = onetime.step_of_code(secret, said, timezone.now().timestamp(), after=factor.last_step)
        if step is not None:
            factor.last_step = step
            factor.save(update_fields=["last_step"])
            return Proof(left=len(factor.recovery))
        if (hashed := _hash(account, said)) in factor.recovery:
            factor.recovery = [one for one in factor.recovery if one != hashed]
            factor.save(update_fields=["recovery"])
            audit(
                by,
                "account.recovery_code",
                f"account:{account.pk}",
                home_of(account),
                detail={"left": len(factor.recovery)},
            )
            return Proof(by_recovery=True, left=len(factor.recovery))
        audit(by, "account.wrong_code", f"account:{account.pk}", home_of(account))
    raise Mistaken(_("验证码不对，或已经用过。请等应用显示下一个，再输入。"), field="code", code="wrong_code")


def renew_recovery(*, account: Account, by: Actor) -> list[str]:
    """New recovery codes; the earlier ones stop working."""
    _require_own(account, by)
    codes = _recovery_codes()
    with writing():
        found = SecondFactor.objects.filter(account=account)
        if not found.update(recovery=[_hash(account, one) for one in codes]):
            raise Conflict(_("这个账号还没有设两步验证。"), code="not_set_up")
        account.end_sign_ins()
        audit(by, "account.recovery_codes", f"account:{account.pk}", home_of(account))
    return codes


@action(verb="unit.edit", on="duty")
def reset_second_factor(*, duty: Duty, by: Actor) -> bool:
    """Forget the app of whoever holds the duty and end their sessions; whether there was an app."""
    account = account_in_hand(duty, by)
    gone, _each = SecondFactor.objects.filter(account=account).delete()
    if gone:
        account.end_sign_ins()
        audit(by, "account.reset_second_factor", f"account:{account.pk}", duty.region)
    else:
        nothing_new()
    return bool(gone)


def _require_own(account: Account, by: Actor) -> None:
    if by.account is None or by.account.pk != account.pk:
        raise Refused("account.own")


def _recovery_codes() -> list[str]:
    """Each with 59 random bits, which a keyed hash keeps: they are of no use without the personal data key."""
    letters = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    return ["-".join(one[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for one in letters]


def _plain(code: str) -> str:
    """Without blanks and hyphens; digits as a Chinese keyboard writes them count too."""
    return "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "").lower()


def _hash(account: Account, code: str) -> str:
    return fingerprint(f"recovery:{account.pk}:{_plain(code)}")
