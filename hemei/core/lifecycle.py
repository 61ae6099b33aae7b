"""The life of a case, declared as a graph and refused at import if malformed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class MalformedLife(Exception):
    """The graph cannot be a life: something leads nowhere, or can never be reached."""


class Need(Enum):
    """What a step must bring with it."""

    NOTE = "note"  # why, in words
    EVIDENCE = "evidence"  # at least one file
    UNIT = "unit"  # who answers from now on
    REMEDY_KIND = "remedy_kind"  # what was done, one that ends the danger
    ANOTHER_PERSON = "another_person"  # not whoever remedied, or first asked
    TWO_WITNESSES = "two_witnesses"


@dataclass(frozen=True, slots=True)
class State:
    key: str
    name: Text
    open: bool = True  # counts towards "open"
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    verb: str  # what `may` is asked for: "case.accept"
    name: Text  # what the button says
    sources: frozenset[str]
    target: str | None  # None: the state stays as it is
    needs: frozenset[Need] = frozenset()


@dataclass(frozen=True)
class Life:
    """States and steps, checked when made.

    Raises MalformedLife if a step names an unknown state, leaves an ending, a verb is declared twice, a state cannot be
    reached from a beginning, or a state that is no ending has no way to one.
    """

    states: tuple[State, ...]
    steps: tuple[Step, ...]
    beginnings: frozenset[str]
    by_key: dict[str, State] = field(init=False)
    by_verb: dict[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {state.key: state for state in self.states})
        object.__setattr__(self, "by_verb", {step.verb: step for step in self.steps})
        if len(self.by_key) < len(self.states) or len(self.by_verb) < len(self.steps):
            raise MalformedLife("a state or a verb is declared twice")
        for step in self.steps:
            self._check_step(step)
        if stranded := set(self.by_key) - self._reached(self.beginnings, forward=True):
            raise MalformedLife(f"no way leads to {', '.join(sorted(stranded))}")
        if stuck := set(self.by_key) - self._reached(self.endings, forward=False):
            raise MalformedLife(f"no way leads from {', '.join(sorted(stuck))} to an ending")

    def _check_step(self, step: Step) -> None:
        for key in step.sources | ({step.target} if step.target else set()):
            if key not in self.by_key:
                raise MalformedLife(f"{step.verb} names the unknown state {key}")
        if leaving := [key for key in step.sources if self.by_key[key].ending]:
            raise MalformedLife(f"{step.verb} leaves the ending {leaving[0]}")

    def _reached(self, start: Iterable[str], *, forward: bool) -> set[str]:
        reached, frontier = set(start), list(start)
        edges = [(source, step.target) for step in self.steps if step.target for source in step.sources]
        while frontier:
            here = frontier.pop()
            for source, target in edges:
                before, after = (source, target) if forward else (target, source)
                if before == here and after not in reached:
                    reached.add(after)
                    frontier.append(after)
        return reached

    @property
    def endings(self) -> frozenset[str]:
        return frozenset(state.key for state in self.states if state.ending)

    @property
    def open_states(self) -> frozenset[str]:
        return frozenset(state.key for state in self.states if state.open)

    def steps_from(self, state: str) -> list[Step]:
        return [step for step in self.steps if state in step.sources]


WORKING = frozenset({"found", "assigned", "contained"})

LIFE = Life(
    states=(
        State("reported", _("待核实"), open=False),
        State("found", _("已发现")),
        State("assigned", _("已交办")),
        State("contained", _("已管控")),
        State("remedied", _("已整治待验收")),
        State("accepted", _("已验收"), open=False, ending=True),
        State("withdrawn", _("已撤销"), open=False, ending=True),
        State("imported", _("历史台账"), open=False, ending=True),
    ),
    steps=(
        Step("case.confirm", _("核实属实"), frozenset({"reported"}), "found", frozenset({Need.NOTE})),
        Step("case.dismiss", _("核实不属实"), frozenset({"reported"}), "withdrawn", frozenset({Need.NOTE})),
        Step("case.assign", _("交办"), frozenset({"found", "assigned"}), "assigned", frozenset({Need.UNIT})),
        Step("case.contain", _("已管控"), frozenset({"found", "assigned"}), "contained", frozenset({Need.EVIDENCE})),
        Step("case.look_again", _("管控复查"), frozenset({"contained"}), None, frozenset({Need.NOTE})),
        Step("case.release", _("解除管控"), frozenset({"contained"}), "assigned", frozenset({Need.NOTE})),
        Step("case.refuse", _("拒不整改，上报"), WORKING, None, frozenset({Need.NOTE, Need.TWO_WITNESSES})),
        Step("case.serve", _("送达文书"), WORKING, None, frozenset({Need.NOTE, Need.EVIDENCE})),
        Step("case.remedy", _("整治完成"), WORKING, "remedied", frozenset({Need.REMEDY_KIND, Need.EVIDENCE})),
        Step("case.return", _("退回重做"), frozenset({"remedied"}), "assigned", frozenset({Need.NOTE})),
        Step(
            "case.accept",
            _("验收通过"),
            frozenset({"remedied"}),
            "accepted",
            frozenset({Need.EVIDENCE, Need.ANOTHER_PERSON}),
        ),
        Step("case.ask_withdrawal", _("申请撤销"), WORKING | {"remedied"}, None, frozenset({Need.NOTE})),
        Step(
            "case.withdraw",
            _("同意撤销"),
            WORKING | {"remedied"},
            "withdrawn",
            frozenset({Need.NOTE, Need.ANOTHER_PERSON}),
        ),
        Step("case.file_away", _("台账结案"), frozenset({"found", "assigned"}), "imported"),
    ),
    beginnings=frozenset({"reported", "found"}),
)

# The most pressing first: what a place shows on the map when it has several cases.
PRESSING = ("found", "assigned", "remedied", "contained", "reported", "accepted", "imported", "withdrawn")
