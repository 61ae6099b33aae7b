"""The texts of a Shapefile: in which encoding they are, which its files say rarely and often wrongly."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

BYTEWISE = "ISO-8859-1"
"""As this GDAL is told to read texts: every byte stays, and a heading cut off within a letter breaks nothing."""

LANGUAGE_BYTE = 29
"""Where a .dbf says its code page; 0 where it says none."""

GBK, UTF_8 = "gb18030", "utf-8"
NAMED = {"UTF-8": UTF_8, "UTF8": UTF_8, "65001": UTF_8, "UTF-8 65001": UTF_8}
NAMED |= dict.fromkeys(["GBK", "GB2312", "GB18030", "936", "CP936", "ANSI 936", "OEM 936", "GB 2312"], GBK)
CODE_PAGES = {0x4D: GBK, 0x7A: GBK}
SHOWN = {GBK: "GBK（GB18030）", UTF_8: "UTF-8"}


@dataclass(frozen=True)
class Texts:
    """How the texts of a Shapefile are read; `remark` is not empty where nobody has said it."""

    encoding: str
    remark: str = ""

    def decoded(self, bytewise: str) -> str:
        """A text that was read byte by byte; half a letter at its end, where the field was too short, is left out.

        >>> Texts("utf-8").decoded("房屋地址".encode()[:10].decode(BYTEWISE))
        '房屋地'

        Raises UnicodeDecodeError.
        """
        return codecs.getincrementaldecoder(self.encoding)().decode(bytewise.encode(BYTEWISE))


def beside(path: Path, suffix: str) -> Path | None:
    """The file of the same name with this suffix, in whatever case."""
    wanted = (path.stem + suffix).lower()
    return next((one for one in path.parent.iterdir() if one.name.lower() == wanted), None)


def texts_of(path: Path) -> Texts:
    """The encoding that a Shapefile names, where it is one that holds Chinese; else what its texts look like."""
    cpg, dbf = beside(path, ".cpg"), beside(path, ".dbf")
    content = dbf.read_bytes() if dbf else b""
    said = NAMED.get(cpg.read_bytes()[:40].decode("ascii", "ignore").strip().upper()) if cpg else None
    said = said or CODE_PAGES.get(content[LANGUAGE_BYTE] if len(content) > LANGUAGE_BYTE else 0)
    if said:
        return Texts(said)
    letters = content[LANGUAGE_BYTE + 3 :]
    if letters.isascii():
        return Texts(UTF_8)
    found = UTF_8 if looks_like_utf_8(letters) else GBK
    remark = f"文件没有写明文字的编码，是按 {SHOWN[found]} 读的：请看看列名和内容里的汉字对不对。"
    return Texts(found, remark)


def looks_like_utf_8(letters: bytes) -> bool:
    """Whether bytes are UTF-8 but for letters cut off at the end of their fields."""
    text = letters.decode("utf-8", "replace")
    foreign = sum(not sign.isascii() for sign in text)
    return 3 * text.count("\ufffd") <= foreign
