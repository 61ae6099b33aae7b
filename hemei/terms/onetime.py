"""One-time codes that follow the clock (RFC 6238, TOTP, over RFC 4226): SHA-1, 30 seconds, six digits, as every
authenticator app understands them."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote, urlencode

SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
DRIFT = 1  # steps by which a telephone's clock may be off, either way


def step_at(moment: float) -> int:
    """The number of 30-second steps since 1970 (UTC seconds)."""
    return int(moment) // SECONDS


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step. The example is the first of RFC 6238, appendix B.

    >>> code_of(b"12345678901234567890", step_at(59), digits=8)
    '94287082'
    """
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of_code(secret: bytes, code: str, moment: float, after: int = -1) -> int | None:
    """Which step near the moment the code belongs to; None for none, or for one not later than `after`.

    >>> secret = b"12345678901234567890"
    >>> step_of_code(secret, "287082", 59), step_of_code(secret, "287082", 59, after=1), step_of_code(secret, "1", 59)
    (1, None, None)
    """
    now, said = step_at(moment), code.encode()
    near = range(max(now - DRIFT, 0), now + DRIFT + 1)
    matching = [step for step in near if hmac.compare_digest(code_of(secret, step).encode(), said)]
    return next((step for step in matching if step > after), None)


def written(secret: bytes) -> str:
    """The secret as people type it into an app: base32, in groups of four.

    >>> written(b"12345678901234567890")
    'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ'
    """
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """What the QR code says: the `otpauth` address that authenticator apps read.

    >>> address(b"1234", issuer="Hemei", account="wang")
    'otpauth://totp/Hemei:wang?secret=GEZDGNA&issuer=Hemei&algorithm=SHA1&digits=6&period=30'
    """
    told = {
        "secret": written(secret).replace(" ", ""),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": SECONDS,
    }
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(told, quote_via=quote)}"
