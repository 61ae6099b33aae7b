"""Facts that anybody can check without asking us: a short text that carries them with an Ed25519 signature."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Facts = dict[str, Any]


class BadCode(ValueError):
    """The text was not signed with that key, or was altered since."""


def public_key(seed: bytes) -> bytes:
    """The 32 bytes by which signatures made with `seed` (32 bytes) are checked.

    >>> public_key(bytes(32)).hex()
    '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29'
    """
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(facts: Facts, seed: bytes) -> str:
    """The facts as compact JSON and their signature, each in base64url, with a dot between: fit for an address.

    >>> sign({"n": 1}, bytes(32)).partition(".")[0]
    'eyJuIjoxfQ'
    """
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return f"{_written(said)}.{_written(Ed25519PrivateKey.from_private_bytes(seed).sign(said))}"


def read(code: str, key: bytes) -> Facts:
    """The facts of a text signed by the owner of `key` (32 bytes). Raises BadCode for any other text.

    One text carries the facts, and no other: base64 with other padding, or with bits that say nothing, is refused.

    >>> read(sign({"n": 1}, bytes(32)), public_key(bytes(32)))
    {'n': 1}
    """
    said, _dot, signature = code.partition(".")
    try:
        told = _bytes(said)
        Ed25519PublicKey.from_public_bytes(key).verify(_bytes(signature), told)
        facts = json.loads(told)
    except (InvalidSignature, ValueError) as fault:
        raise BadCode(code[:40]) from fault
    if not isinstance(facts, dict):
        raise BadCode(code[:40])
    return facts


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise ValueError("no base64") from fault
    if _written(data) != text:
        raise ValueError("not written as we write it")
    return data
