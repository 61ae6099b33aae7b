"""What the programmes declare, and the doors render. Filled at start-up; the core keeps no list of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemei.core.access import MATTER_OF_KIND, Actor, Scope
from hemei.core.editions import editions
from hemei.core.models import Case, Check, Place
from hemei.engines.forms import Form as ReadForm
from hemei.engines.forms import read_form
from hemei.engines.forms.evaluating import Around, holds
from hemei.engines.forms.expressions import Ast
from hemei.terms.day import today
from hemei.terms.finding import FindingKind
from hemei.terms.proposal import Anew, Proposal, Ruled

Text = str | Promise


@dataclass(frozen=True)
class Layer:
    """How a kind is drawn: by the state of its cases, and where it names a fact with values, by that fact too."""

    colour_by: str = "state"


@dataclass(frozen=True)
class Column:
    """One field of a kind's own table, as lists, files and the API call it."""

    name: str
    label: Text
    choices: Mapping[str, Text] = field(default_factory=dict)
    unit: str = ""
    is_year: bool = False  # of four digits, and not one to come
    editable: bool = True  # False: it follows from something recorded elsewhere
    also: Sequence[str] = ()  # further headings under which clerks' ledgers keep it


@dataclass(frozen=True)
class Kind:
    """A kind of place: a row of core.place plus a row of `model`, which points to it by `place`."""

    key: str
    model: type[models.Model]
    title: Text
    columns: Sequence[Column] = ()
    layer: Layer = Layer()
    identifier_systems: Mapping[str, Text] = field(default_factory=dict)
    use: str = ""  # what such a building is by the rules of building (house, public …); "" where it is none


class PersonsReader(Protocol):
    def __call__(self, *, within: Scope) -> models.QuerySet[Any, Any]: ...


@dataclass(frozen=True)
class PersonKind:
    """A kind of person: a row of core.Person plus a row of `model`, which points to it by `person`.

    `read` gives the rows of a scope with their `person` and `region`; `told` what is worked out of some of them today.
    """

    key: str
    model: type[models.Model]
    title: Text
    right: str
    read: PersonsReader
    columns: Sequence[Column] = ()
    told: Callable[[Sequence[Any]], Mapping[int, Mapping[str, Any]]] = lambda rows: {}


class RecordsReader(Protocol):
    def __call__(self, *, within: Scope) -> models.QuerySet[Any, Any]: ...


class WaitingReader(Protocol):
    """What waits for somebody today, the most pressing first."""

    def __call__(self, actor: Actor, *, on: date) -> models.QuerySet[Any, Any]: ...


class ProposalsReader(Protocol):
    """What the records of a scope that are still under way would build: (the record's key, its proposal). A record of
    which nobody knows the spot is left out."""

    def __call__(self, *, within: Scope) -> Iterable[tuple[int, Proposal]]: ...


class AnewWriter(Protocol):
    """Keeps what new layers or rules made of records under way, by the record's key; part of the transaction of whoever
    found it out. A record that is no longer under way is left alone."""

    def __call__(self, told: Mapping[int, Anew]) -> None: ...


@dataclass(frozen=True)
class Waiting:
    """One pile of records that wait for somebody, on the page of today."""

    title: Text
    rows: WaitingReader
    template: str


@dataclass(frozen=True)
class RecordKind:
    """A kind of record that is neither a place nor a person, and has a life: a building permit.

    Its `model` has `region`, `state`, `lon` and `lat`; `states` says each in words, the most pressing last, and `looks`
    gives each its colour of the one colour language. `page` names the address that shows one, `list` that of all.
    """

    key: str
    model: type[models.Model]
    title: Text
    right: str
    read: RecordsReader
    states: Mapping[str, Text]
    looks: Mapping[str, str]
    page: str
    list: str
    columns: Sequence[Column] = ()
    waiting: Sequence[Waiting] = ()
    proposals: ProposalsReader | None = None
    ruled_anew: AnewWriter | None = None


@dataclass(frozen=True)
class Form:
    """A check form: an XLSForm workbook in the programme's `forms/` folder, or one of the district's own.

    What the district has published stands before what came with the programme.
    """

    id: str  # houses.selfcheck → forms/selfcheck.xlsx, its earlier versions forms/former/selfcheck-VERSION.xlsx
    tier: str
    kind: str
    folder: Path | None = None  # None: the district's own
    rules: Callable[[ReadForm], Mapping[str, str]] | None = None  # finding → what shows it, as XLSForm says it

    @property
    def _name(self) -> str:
        return self.id.partition(".")[2]

    @cached_property
    def shipped(self) -> ReadForm | None:
        """As it came with the programme."""
        return read_form((self.folder / f"{self._name}.xlsx").read_bytes()) if self.folder else None

    @property
    def read(self) -> ReadForm:
        """The version that holds today. LookupError where none of a district's own form does."""
        holding = editions.holding(self.id)
        form = holding.read if holding else self.shipped
        if form is None:
            raise LookupError(self.id)
        return form

    @property
    def ends(self) -> date | None:
        """The day from which a form of the district's own is not filled in any more, where one is set."""
        holding = editions.holding(self.id)
        return holding.ends if holding else None

    @property
    def is_open(self) -> bool:
        ends = self.ends
        return ends is None or today() < ends

    @property
    def title(self) -> str:
        return self.titled(self.read.title)

    def titled(self, title: str) -> str:
        """A version's title as the reader's page says it where it came with the programme; the district's own words
        stay as they are."""
        return gettext(title) if title and self.shipped and title == self.shipped.title else title

    @property
    def versions(self) -> Mapping[str, ReadForm]:
        """The form and what it used to be: looks made with an earlier version stay readable, and may still come in."""
        begun = [edition for edition in editions.of(self.id) if edition.starts <= today()]
        return {**self._shipped_versions, **{edition.version: edition.read for edition in begun}}

    @cached_property
    def _shipped_versions(self) -> Mapping[str, ReadForm]:
        if self.folder is None or self.shipped is None:
            return {}
        former = (read_form(path.read_bytes()) for path in (self.folder / "former").glob(f"{self._name}-*.xlsx"))
        return {**{form.version: form for form in former}, self.shipped.version: self.shipped}


class FactReader(Protocol):
    def __call__(self, *, within: Scope, on: date, places: Sequence[int] | None = None) -> dict[int, Any]: ...


@dataclass(frozen=True)
class Fact:
    """A named, dated statement about places, asked for sets: {place id: (value, since)}."""

    name: str
    title: Text
    read: FactReader
    values: Mapping[str, Text] = field(default_factory=dict)  # what it can be, the most pressing last


class PersonFactReader(Protocol):
    def __call__(self, *, within: Scope, on: date, persons: Sequence[int] | None = None) -> dict[int, Any]: ...


@dataclass(frozen=True)
class PersonFact:
    """The same about persons: {person id: (value, since)}."""

    name: str
    title: Text
    read: PersonFactReader


class VerdictReader(Protocol):
    """What the rules say of some proposals: {proposal id: Ruled}, every one answered. Raises nothing for want of
    layers or rules: what is not there is unknown.

    The proposals' `region` says whose rules hold. `on` is the day whose rules and layers hold. `public`: as anybody may
    see it (no number or shape from an internal layer, no permitted part that one bounds). Nobody's authority is asked:
    who may see the proposal may see what the rules say of it.
    """

    def __call__(self, proposals: Sequence[Proposal], *, on: date, public: bool = False) -> dict[str, Ruled]: ...


class OverlayReader(Protocol):
    """What is drawn beside the answers on the map of a region's district: `overlay`, an address of tiles with {z}, {x}
    and {y}; `bounds` in degrees, "" where unknown; `legend` for maps/_layers.html. `public`: as anybody may see it."""

    def __call__(self, region: str, *, public: bool) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Question:
    """A named question about proposals, which need not be places yet: `control.verdicts`."""

    name: str
    title: Text
    ask: VerdictReader
    overlay: OverlayReader | None = None


class DueReader(Protocol):
    """Which places are to be looked at in a tier between two days: (place id, by when), in any order."""

    def __call__(self, *, within: Scope, tier: str, starts: date, ends: date) -> Iterable[tuple[int, date]]: ...


@dataclass(frozen=True)
class Indicator:
    """A number with its definition: numerator and denominator add up over regions."""

    name: str
    title: Text
    definition: Text
    unit: str
    read: Callable[..., tuple[int, int]]


@dataclass(frozen=True)
class Guard:
    """A programme's veto on a step of its cases: returns why not, or None."""

    verb: str
    why_not: Callable[[Case, datetime], Text | None]


@dataclass(frozen=True)
class Section:
    """A part of a place's page that the programme renders itself: a template and its context."""

    template: str
    context: Callable[[Place, Actor], dict[str, Any]]  # for whoever looks
    of: str = ""  # the kind whose page it stands on, where that is another programme's


@dataclass(frozen=True)
class Parameters:
    """What the district may set, with our defaults, which say that they are ours."""

    defaults: Mapping[str, Any]
    labels: Mapping[str, Text]


@dataclass(frozen=True)
class DoorWords:
    """What the page behind a door plate says: plain words for somebody of seventy-five."""

    ask: Text
    fine: Text
    danger: Text
    leave: Text
    steps: Sequence[Text]


PLAIN_DOOR = DoorWords(
    ask=_("今天怎么样？"),
    fine=_("没有看到不对劲的地方"),
    danger=_("看到马上会伤人的危险："),
    leave=_("请马上离开！"),
    steps=(_("叫上身边的人，现在就走开"), _("不要回去拿东西"), _("再打电话")),
)


@dataclass(frozen=True)
class Programme:
    """One of the district's fields of work, declared in the nouns of the core."""

    key: str
    title: Text
    line: str  # point, line or plane
    kinds: Sequence[Kind] = ()
    person_kinds: Sequence[PersonKind] = ()
    records: Sequence[RecordKind] = ()
    forms: Sequence[Form] = ()
    findings: Sequence[FindingKind] = ()
    facts: Sequence[Fact] = ()
    person_facts: Sequence[PersonFact] = ()
    questions: Sequence[Question] = ()
    indicators: Sequence[Indicator] = ()
    guards: Sequence[Guard] = ()
    due: DueReader | None = None  # None: every place of its kinds, by the last day
    sections: Sequence[Section] = ()
    # What looks, in their order, teach about their places; `expect` asks ahead for what it has to know of one place.
    learn: Callable[[Sequence[Check], Callable[[], Any] | None], None] | None = None
    expect: Callable[[int], Callable[[], Any]] | None = None
    # By place, the answers known before the look; to be looked at anyway.
    recall: Callable[[Collection[Place]], Mapping[int, Mapping[str, str]]] | None = None
    learns_from: Collection[str] = ("survey", "patrol")  # tiers: a household's own report changes no register
    parameters: Parameters = Parameters({}, {})
    door: DoorWords = PLAIN_DOOR
    urls: str = ""  # a URL module of its own, mounted at /<key>/
    right: str = "place.view"  # without it nobody is led to its first page
    subjects: Mapping[str, Text] = field(default_factory=dict)  # what its audit entries are about: card:12 → 上岗牌
    pages: Mapping[str, str] = field(default_factory=dict)  # where such a subject is shown: card → name of an address
    jobs: Mapping[str, Text] = field(default_factory=dict)  # its long work: kind of job → what it is called
    done: Mapping[str, Text] = field(default_factory=dict)  # what its audit entries say was done, besides the verbs
    each_day: Callable[[date], object] | None = None  # what it does by itself once a day; may be called more often
    needs: Callable[[], models.QuerySet[Any, Any]] | None = None  # keys of the persons whose data it still needs
    resettled: Sequence[
        type[models.Model]
    ] = ()  # own tables whose `region` is that of today: it follows a changed code


class Registry:
    """Everything declared, by name. A name stands once."""

    def __init__(self) -> None:
        self.programmes: dict[str, Programme] = {}
        self.kinds: dict[str, Kind] = {}
        self.records: dict[str, RecordKind] = {}
        self.declared_forms: dict[str, Form] = {}
        self.findings: dict[str, FindingKind] = {}
        self.facts: dict[str, Fact] = {}
        self.person_facts: dict[str, PersonFact] = {}
        self.questions: dict[str, Question] = {}
        self.indicators: dict[str, Indicator] = {}

    def register(self, programme: Programme) -> None:
        """Take in a programme whole. Raises ValueError if one of its names is taken by another."""
        if self.programmes.get(programme.key, programme) is not programme:
            raise ValueError(f"the programme {programme.key} is declared twice")
        self.programmes[programme.key] = programme
        self._add(self.kinds, {kind.key: kind for kind in programme.kinds})
        MATTER_OF_KIND.update({kind.key: programme.key for kind in programme.kinds})
        self._add(self.records, {kind.key: kind for kind in programme.records})
        self._add(self.declared_forms, {form.id: form for form in programme.forms})
        self._add(self.findings, {finding.id: finding for finding in programme.findings})
        self._add(self.facts, {fact.name: fact for fact in programme.facts})
        self._add(self.person_facts, {fact.name: fact for fact in programme.person_facts})
        self._add(self.questions, {question.name: question for question in programme.questions})
        self._add(self.indicators, {indicator.name: indicator for indicator in programme.indicators})

    def forget(self, key: str) -> None:
        """Take a programme out again, as a test does with its own."""
        programme = self.programmes.pop(key)
        for table, names in (
            (self.kinds, [kind.key for kind in programme.kinds]),
            (self.records, [kind.key for kind in programme.records]),
            (self.declared_forms, [form.id for form in programme.forms]),
            (self.findings, [finding.id for finding in programme.findings]),
            (self.facts, [fact.name for fact in programme.facts]),
            (self.person_facts, [fact.name for fact in programme.person_facts]),
            (self.questions, [question.name for question in programme.questions]),
            (self.indicators, [indicator.name for indicator in programme.indicators]),
        ):
            for name in names:
                table.pop(name, None)

    @staticmethod
    def _add(table: dict[str, Any], names: Mapping[str, Any]) -> None:
        for name, value in names.items():
            if table.setdefault(name, value) is not value:
                raise ValueError(f"{name} is declared twice")

    @property
    def forms(self) -> Mapping[str, Form]:
        """By id, those of the district's own among them as soon as a version of them holds."""
        published = editions.all()
        own = {id: found[-1] for id, found in published.items() if id not in self.declared_forms}
        if not own:
            return self.declared_forms
        begun = {id: last for id, last in own.items() if last.kind in self.kinds and editions.holding(id)}
        return {**self.declared_forms, **{id: Form(id, last.tier, last.kind) for id, last in begun.items()}}

    def findings_by(self, matter: str, form: ReadForm) -> Sequence[FindingKind]:
        """What a look with this form can show: by the rules in its workbook, else as the programme declares it."""
        declared = self.programmes[matter].findings
        if form.rules is None:
            return declared
        rules = {rule.finding: rule.when.ast for rule in form.rules}
        return [replace(kind, applies=_by(rules[kind.id])) for kind in declared if kind.id in rules]

    def programme_of_kind(self, kind: str) -> Programme:
        return next(p for p in self.programmes.values() if any(k.key == kind for k in p.kinds))

    def programme_of_record(self, kind: str) -> Programme:
        return next(p for p in self.programmes.values() if any(k.key == kind for k in p.records))

    def title_of(self, form: str, title: str) -> str:
        """What a page calls a version of that title, of a form that may not hold yet."""
        known = self.forms.get(form)
        return known.titled(title) if known else title

    @property
    def open_forms(self) -> list[Form]:
        """Those that are filled in today. What was ended stays among `forms`, for the looks that were made with it."""
        return [form for form in self.forms.values() if form.is_open]

    def forms_for(self, kind: str, tier: str) -> list[Form]:
        """The open ones by which such a place is looked at in that tier."""
        return [form for form in self.forms.values() if form.kind == kind and form.tier == tier and form.is_open]

    def ask(self, question: str, proposals: Sequence[Proposal], *, on: date, public: bool = False) -> dict[str, Ruled]:
        """Ask the programme that declares the question, `control.verdicts`, by proposal; see `VerdictReader`.

        Where no programme does, the answer to each is `Ruled()`: nothing is configured, and its outcome unknown.

        >>> registry.ask("nobody.knows", [Proposal("1", "429021", b"")], on=date(2026, 11, 25))["1"].outcome
        <Outcome.UNKNOWN: 'unknown'>
        """
        if (declared := self.questions.get(question)) is None:
            return {proposal.id: Ruled() for proposal in proposals}
        return declared.ask(proposals, on=on, public=public)

    def overlay(self, question: str, region: str, *, public: bool = False) -> dict[str, Any]:
        """What is drawn on the map beside the answers to a question; empty where nobody draws."""
        declared = self.questions.get(question)
        return declared.overlay(region, public=public) if declared and declared.overlay else {}

    def wording(self, part: str) -> dict[str, Any]:
        """`subjects`, `pages`, `jobs` or `done` of all programmes."""
        return {name: text for one in self.programmes.values() for name, text in getattr(one, part).items()}

    def default(self, key: str) -> Any:
        """Our own value of a parameter, or KeyError."""
        programme = self.programmes[key.partition(".")[0]]
        return programme.parameters.defaults[key]


def _by(rule: Ast) -> Callable[[Mapping[str, Any]], bool]:
    return lambda answers: holds(rule, Around(answers, None))


registry = Registry()
