"""A stream sealed under a passphrase, of any length, through little memory.

Layout of a file: `MAGIC`; the length of the header in two bytes; the header, JSON that says how the key is made; 32
bytes of HMAC-SHA-256 over all of that; then chunks of `CHUNK` bytes of content, the last one shorter or empty, each
with the 16 bytes of its AES-256-GCM tag. The nonce of a chunk is its number and whether it is the last, so that chunks
cannot be changed, swapped, left out, cut off or added unseen. Keys come from the passphrase by scrypt with a salt of
the file's own, and are used for no other file.

Source: the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015), as in the age file format; RFC 7914.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"hemei-sealed-1\n"
CHUNK = 2**20  # bytes of content in a chunk
TAG = 16
COST = 2**17  # of scrypt: 128 MiB and about half a second for one guess
MOST_COST = 2**20  # a header that asks for more is not believed


class Unreadable(ValueError):
    """The file is none of ours, or was damaged, cut off or changed.

    `code` says which, for whoever tells it in the reader's language: "foreign", "start", "key" or "chunk"; `chunk`
    counts from 1, 0 where it is none of them.
    """

    def __init__(self, message: str, *, code: str, chunk: int = 0) -> None:
        super().__init__(message)
        self.code, self.chunk = code, chunk


class WrongPassphrase(ValueError):
    """The passphrase does not fit, or the file's first bytes were changed."""


class SealedWriter(io.RawIOBase):
    """Seals what is written to it and writes that to `target`. Complete only after `close`."""

    def __init__(self, target: IO[bytes], passphrase: str, *, cost: int = COST) -> None:
        header = json.dumps({"kdf": "scrypt", "n": cost, "r": 8, "p": 1, "salt": os.urandom(16).hex()}).encode()
        start = MAGIC + len(header).to_bytes(2, "big") + header
        self._key, check = _keys(passphrase, json.loads(header))
        self._target, self._waiting, self._number = target, bytearray(), 0
        target.write(start + hmac.digest(check, start, "sha256"))

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:  # a full chunk waits until it is known whether it is the last
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Seal the last chunk. Without it the file counts as cut off."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._key.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Opens what a `SealedWriter` wrote. Raises WrongPassphrase at once, Unreadable at the first bad chunk."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        start = source.read(len(MAGIC) + 2)
        if not start.startswith(MAGIC):
            raise Unreadable("this is no sealed file", code="foreign")
        header = source.read(int.from_bytes(start[-2:], "big"))
        self._key, check = _keys(passphrase, _header(header))
        if not hmac.compare_digest(source.read(32), hmac.digest(check, start + header, "sha256")):
            raise WrongPassphrase("the passphrase does not fit, or the beginning of the file was changed")
        self._source, self._number, self._opened = source, 0, b""
        self._next = source.read(CHUNK + TAG)
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (all, if negative); none only at the end."""
        parts, wanted = [], size
        while size < 0 or wanted > 0:
            if not self._opened and not self._open_next():
                break
            part = self._opened if size < 0 else self._opened[:wanted]
            self._opened = self._opened[len(part) :]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _open_next(self) -> bool:
        """Open chunks until there is content; False after the last."""
        while not self._ended and not self._opened:
            sealed, self._next = self._next, self._source.read(CHUNK + TAG)
            self._ended = not self._next
            try:
                self._opened = self._key.decrypt(_nonce(self._number, self._ended), sealed, None)
            except (InvalidTag, ValueError) as fault:
                at = self._number + 1
                raise Unreadable(f"the file is damaged or cut off in its {at}. MiB", code="chunk", chunk=at) from fault
            self._number += 1
        return bool(self._opened)


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
        known = header["kdf"] == "scrypt" and 2 <= header["n"] <= MOST_COST and header["r"] == 8 and header["p"] == 1
        bytes.fromhex(header["salt"])
    except (ValueError, KeyError, TypeError) as fault:
        raise Unreadable("the beginning of the file is damaged", code="start") from fault
    if not known:
        raise Unreadable("the file asks for a key made in a way that is not known here", code="key")
    return dict(header)


def _keys(passphrase: str, header: dict[str, Any]) -> tuple[AESGCM, bytes]:
    """The key of the chunks, and the one of the header's HMAC."""
    salt = bytes.fromhex(header["salt"])
    try:
        made = Scrypt(salt=salt, length=64, n=header["n"], r=header["r"], p=header["p"]).derive(passphrase.encode())
    except (ValueError, MemoryError) as fault:
        raise Unreadable("the beginning of the file is damaged", code="start") from fault
    return AESGCM(made[:32]), hashlib.sha256(made[32:]).digest()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
