"""Personal numbers at rest: encrypted under a key that is not in the database, and comparable by HMAC."""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


@lru_cache(maxsize=4)
def _keys(secret: str) -> tuple[AESGCM, bytes]:
    def derived(purpose: bytes) -> bytes:
        return hmac.new(secret.encode(), purpose, hashlib.sha256).digest()

    return AESGCM(derived(b"encrypt")), derived(b"fingerprint")


def encrypt(text: str) -> bytes:
    """AES-256-GCM, a fresh nonce before the ciphertext. The empty text stays empty."""
    if not text:
        return b""
    nonce = os.urandom(12)
    return nonce + _keys(settings.PERSONAL_DATA_KEY)[0].encrypt(nonce, text.encode(), None)


def decrypt(sealed: bytes | memoryview) -> str:
    sealed = bytes(sealed)
    return _keys(settings.PERSONAL_DATA_KEY)[0].decrypt(sealed[:12], sealed[12:], None).decode() if sealed else ""


def fingerprint(text: str) -> str:
    """The same text always gives the same fingerprint; without the key nobody can try them all."""
    return hmac.new(_keys(settings.PERSONAL_DATA_KEY)[1], text.upper().encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """How a random token is kept: it has 128 bits of its own, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
