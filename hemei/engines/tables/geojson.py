"""GeoJSON in, walked through feature by feature, so that only the text and one feature are in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from hemei.engines.tables.coordinates import WGS84, label_of
from hemei.engines.tables.header import distinct
from hemei.engines.tables.table import BadFile, Row, Table, value_of

SPACE = re.compile(r"[ \t\n\r]*")
BATCH = 1_000
UNREAD = "几何图形读不懂：请在 GIS 软件中检查这个要素，改好后重新导出。"
NO_COLLECTION = "这个文件里没有要素集合（FeatureCollection）：请在 GIS 软件中重新导出为 GeoJSON。"


def no_number(constant: str) -> float:
    """Raises ValueError for NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{constant} is no JSON")


UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # JSON can name NUL, and half of a pair
DECODER = json.JSONDecoder(parse_constant=no_number)


class Walk:
    """A place in a JSON text that moves on value by value. Every method raises ValueError where the text is no JSON."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at

    def takes(self, sign: str) -> bool:
        """Whether the sign comes next; if so, step over it."""
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def must(self, sign: str) -> None:
        if not self.takes(sign):
            raise ValueError(f"{sign} expected at {self.at}")

    def value(self) -> Any:
        self.takes("")
        value, self.at = DECODER.raw_decode(self.text, self.at)
        return value

    def items(self) -> Iterator[Any]:
        """The values of the list that begins here."""
        self.must("[")
        if self.takes("]"):
            return
        yield self.value()
        while self.takes(","):
            yield self.value()
        self.must("]")

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; whoever asks for the next one has taken the value."""
        self.must("{")
        if self.takes("}"):
            return
        yield self.key()
        while self.takes(","):
            yield self.key()
        self.must("}")

    def key(self) -> str:
        key = str(self.value())
        self.must(":")
        return key


def read_geojson(source: bytes | Path, name: str) -> Table:
    """The features of a FeatureCollection, numbered from 1. Raises BadFile.

    Without a `crs` member it is WGS 84 (RFC 7946); `crs: null` says that nobody knows, and is refused.
    """
    content = source if isinstance(source, bytes) else source.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        others, start, headings = outline(text)
    except (ValueError, RecursionError):
        raise BadFile("这个 GeoJSON 文件读不懂：请在 GIS 软件中重新导出，编码选 UTF-8。") from None
    if start is None:
        raise BadFile(NO_COLLECTION)
    header = distinct([writable(heading) for heading in headings])
    return Table(
        name, header, rows_of_features(text, start, dict(zip(headings, header, strict=True))), crs_of(others), True
    )


def outline(text: str) -> tuple[dict[str, Any], int | None, list[str]]:
    """The members of the collection but its features, where these begin, and the names of all their properties.

    Raises ValueError.
    """
    walk, others, start = Walk(text), {}, None
    headings: dict[str, None] = {}
    for key in walk.members():
        if key != "features":
            others[key] = walk.value()
            continue
        walk.takes("")
        start = walk.at
        for feature in walk.items():
            if not isinstance(feature, dict):
                raise ValueError("a feature is an object")
            headings |= dict.fromkeys(properties_of(feature))
    return others, start, list(headings)


def properties_of(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def crs_of(collection: Mapping[str, Any]) -> str:
    """The label of the system that a collection declares, WGS 84 where it declares none. Raises BadFile."""
    if "crs" not in collection:
        return WGS84
    crs = collection["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    label = label_of(named) if isinstance(named, str) else None
    if label is None:
        raise BadFile("文件声明坐标系不明（crs 为空）：请在 GIS 软件中设好坐标系，再重新导出。")
    return label


def rows_of_features(text: str, start: int, header: Mapping[str, str]) -> Iterator[Row]:
    features = enumerate(Walk(text, start).items(), start=1)
    while batch := list(islice(features, BATCH)):
        shapes = wkb_of([feature.get("geometry") for _, feature in batch])
        for (number, feature), shape in zip(batch, shapes, strict=True):
            properties = properties_of(feature)
            values = {heading: flat(properties.get(key)) for key, heading in header.items()}
            unread = shape is None and feature.get("geometry") is not None
            yield Row(number, values, shape, UNREAD if unread else "")


def flat(value: object) -> object:
    """A property; what is nested stays as JSON text."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return value_of(writable(value) if isinstance(value, str) else value)


def writable(text: str) -> str:
    """A text that every database and file takes.

    >>> writable("a" + chr(0xD800) + chr(0))
    'a��'
    """
    return UNWRITABLE.sub("\ufffd", text)


def wkb_of(geometries: Sequence[object]) -> list[bytes | None]:
    """The geometries as WKB; None where there is none or none that can be read."""
    texts = [None if geometry is None else json.dumps(geometry) for geometry in geometries]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    return list(shapely.to_wkb(shapes))
