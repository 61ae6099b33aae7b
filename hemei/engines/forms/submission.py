"""A filled-in XForm as it comes back: which form, which record, which place, and the answers as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from hemei.engines.forms.answers import AnswerError, Answers, field_name, read
from hemei.engines.forms.form import Form, Kind
from hemei.engines.forms.xform import PLACE, PLACE_ON_MAP

LARGEST = 1_000_000
"""Bytes of a submission's XML: the longest form with every text at its longest stays below it."""


class NotASubmission(ValueError):
    """The bytes are no filled-in form; the message says why, for whoever sent it."""


@dataclass(frozen=True)
class Submission:
    """What stands in the XML, before it is held against its form."""

    form: str
    version: str
    instance_id: str
    deprecated_id: str  # the record this one corrects, or ""
    texts: Mapping[str, str]  # by question name, empty ones left out
    root: Element = field(repr=False, compare=False)

    @cached_property
    def groups(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Group → for each time that it is there, what stands directly in it; whatever repeats is among them."""
        groups: dict[str, list[dict[str, str]]] = {}
        for element in self.root:
            if len(element):
                groups.setdefault(element.tag.rpartition("}")[2], []).append(_texts(element))
        return groups

    @property
    def place(self) -> str:
        return self.texts.get(PLACE) or self.texts.get(PLACE_ON_MAP, "")

    @property
    def device(self) -> str:
        return self.texts.get("hemei_device", "")

    @property
    def at(self) -> datetime | None:
        """When the form was finished by the device's clock, else begun; None where neither says with its zone."""
        for name in ("hemei_end", "hemei_start"):
            try:
                moment = datetime.fromisoformat(self.texts.get(name, ""))
            except ValueError:
                continue
            if moment.tzinfo and 1 < moment.year < 9999:  # outside, no zone can be reckoned with
                return moment
        return None


def read_submission(xml: bytes) -> Submission:
    """Read a filled-in form. Raises NotASubmission for what is none, declares entities, or is larger than LARGEST."""
    if len(xml) > LARGEST:
        raise NotASubmission(f"表单内容超过 {LARGEST // 1_000_000} MB。")
    try:
        root = _tree(xml)
    except (ExpatError, ValueError, LookupError, RecursionError):
        raise NotASubmission("表单内容不是完好的 XML。") from None
    if root.get("encrypted") == "yes":  # with a key of somebody else's: our forms carry none
        raise NotASubmission("这是加密过的表单，读不了：请从这里重新取空白表单填写。")
    form, said = root.get("id", ""), _texts(root.iter())
    instance = said.pop("instanceID", "")
    if not form or not instance:
        raise NotASubmission("表单内容缺少表单编号（id）或记录编号（instanceID）。")
    if len(instance) > 64:
        raise NotASubmission("记录编号（instanceID）太长。")
    return Submission(form, root.get("version", ""), instance, said.pop("deprecatedID", ""), said, root)


def _tree(xml: bytes) -> Element:
    """The elements, named "namespace}name". Raises ExpatError, ValueError for a document type: without one there are no
    entities but XML's own.

    Each handler is the builder's own, in C: a submission has dozens of elements, and they come by the hundred.
    """
    builder, parser = TreeBuilder(), ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.Parse(xml, True)
    return builder.close()


def _refuse(*_declared: object) -> None:
    raise ValueError("a document type")


def _texts(elements: Iterable[Element]) -> dict[str, str]:
    """Their texts by their names without a namespace, of those that have one and hold no other elements."""
    return {
        element.tag.rpartition("}")[2]: text
        for element in elements
        if not len(element) and (text := (element.text or "").strip())
    }


def answers_of(form: Form, submission: Submission, on: date | None = None) -> tuple[Answers, list[AnswerError]]:
    """The answers as they are stored, and what of them could not be read; `examine` says whether they fit the form."""
    posted = {}
    for section in form.sections:
        said = submission.groups.get(section.name, ()) if section.repeat else (submission.texts,)
        for number, texts in enumerate(said, start=1 if section.repeat else 0):
            for question in section.questions:
                if text := texts.get(question.name):
                    said_in_it = text.split() if question.kind is Kind.SELECT_MULTIPLE else [text]
                    posted[field_name(question.name, number)] = said_in_it
    answers, unread = read(form, posted, on)
    return answers, list(unread.values())
