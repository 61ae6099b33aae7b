"""What this installation signs: facts for anybody to check, and slips for one act of somebody without an account.

A slip names a verb and a thing. Whoever holds it may do that with that thing, while it lasts, and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.db.models import Model

from hemei.core.access import Actor, ActorKind
from hemei.engines import signed

SALT = "hemei.core.slip"


@lru_cache(maxsize=4)
def _seed(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"sign for everybody", hashlib.sha256).digest()


def public_key() -> bytes:
    """The key by which anybody checks what we signed: the same as long as the personal data can be read."""
    return signed.public_key(_seed(settings.PERSONAL_DATA_KEY))


def sign(facts: signed.Facts) -> str:
    return signed.sign(facts, _seed(settings.PERSONAL_DATA_KEY))


def read(code: str) -> signed.Facts:
    """The facts of a code of ours. Raises signed.BadCode."""
    return signed.read(code, public_key())


def slip(verb: str, thing: Model) -> str:
    return signing.dumps([verb, thing._meta.label_lower, thing.pk], salt=SALT)


def bearer(text: str, *, verb: str, of: type[Model], seconds: int | None) -> Actor | None:
    """Who holds a slip for that verb and sort of thing, given out not longer than `seconds` ago; None for any other."""
    try:
        said = signing.loads(text, salt=SALT, max_age=seconds)
    except signing.BadSignature:
        return None
    if said[:2] != [verb, of._meta.label_lower]:
        return None
    return Actor(ActorKind.BEARER, f"{of._meta.model_name}:{said[2]}", holds=(verb, of._meta.label_lower, said[2]))
