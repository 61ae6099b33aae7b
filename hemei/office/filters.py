"""What lists are narrowed to. It all stands in the address, so that a link shows the same list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Actor, Scope
from hemei.core.lifecycle import LIFE
from hemei.core.models import SEVERITY_NAMES, Case
from hemei.core.queries.cases import CaseFilter
from hemei.core.queries.duty import prefixes_of
from hemei.core.queries.regions import regions
from hemei.core.registry import registry
from hemei.office.forms import OfficeForm
from hemei.terms.day import today
from hemei.terms.region import Level, successor

Choices = list[tuple[str, str]]
ORDERS = [("", gettext_lazy("最新在前")), ("due", gettext_lazy("期限近的在前"))]
NEWEST, OLDEST = ("", gettext_lazy("最新在前")), ("oldest", gettext_lazy("最早在前"))


def region_choices(scope: Scope, *, all_of: str = "") -> Choices:
    """The regions of a scope down to the village, each indented below the one it lies in."""
    rows = regions(within=scope).filter(level__lte=Level.VILLAGE).values_list("code", "name", "level").order_by("code")
    listed = list(rows)
    top = min((level for _code, _name, level in listed), default=0)
    steps = [level for level in Level if level >= top]
    chosen = [(code, "　" * steps.index(Level(level)) + name) for code, name, level in listed]
    return [("", all_of or _("全部区域")), *chosen]


def search_field(label: Any, hint: Any) -> forms.CharField:
    """What somebody types to find something; the hint says what it is compared with."""
    typed = forms.TextInput({"placeholder": hint, "type": "search", "enterkeyhint": "search"})
    return forms.CharField(label=label, required=False, max_length=40, widget=typed)


class FilterForm(OfficeForm):
    """A filter that never complains: what it does not understand it leaves out."""

    usual: Mapping[str, str] = {}
    """What a list is narrowed to where nobody chose anything."""

    def __init__(self, data: Any, *, within: Scope) -> None:
        super().__init__(data, prefix=None)
        self.offer(within)
        self.is_valid()
        self.chosen = {name: self.cleaned_data.get(name) or "" for name in self.fields}

    def offer(self, within: Scope) -> None:
        """Fill the choices that depend on who looks."""
        self.let("region", region_choices(within))

    def let(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def in_region(self, column: str = "region") -> Q:
        """What lies in the chosen region, or spans it, as the district's round spans each village."""
        chosen = str(self.chosen["region"])
        if not chosen:
            return Q()
        inside = Q(**{f"{column}__gte": chosen, f"{column}__lt": successor(chosen)})
        return inside | Q(**{f"{column}__in": prefixes_of(chosen)})

    @property
    def narrows(self) -> bool:
        """Whether anything but the order is chosen, beside what is usual."""
        return any(value and value != self.usual.get(name) for name, value in self._narrowing())

    @property
    def narrows_more(self) -> bool:
        """Whether anything is chosen that a phone folds away."""
        return any(v and v != self.usual.get(name) for name, v in self._narrowing() if name != "q")

    def _narrowing(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in self.chosen.items() if name not in ("order", "kind")]


def programme_choices() -> Choices:
    return [("", _("全部事项")), *((p.key, str(p.title)) for p in registry.programmes.values())]


class CaseFilterForm(FilterForm):
    q = search_field(gettext_lazy("找隐患"), gettext_lazy("问题、名称或地址，两个字也能找"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    severity = forms.ChoiceField(label=gettext_lazy("程度"), required=False)
    matter = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("顺序"), required=False, choices=ORDERS)
    open = forms.BooleanField(label=gettext_lazy("只看未销号"), required=False)
    overdue = forms.BooleanField(label=gettext_lazy("只看超期"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("交办给我的"), required=False)

    def __init__(self, data: Any, *, within: Scope, actor: Actor) -> None:
        self.actor = actor
        super().__init__(data, within=within)

    def offer(self, within: Scope) -> None:
        super().offer(within)
        self.let("state", [("", _("全部状态")), *((state.key, str(state.name)) for state in LIFE.states)])
        self.let("severity", [("", _("全部程度")), *((str(int(s)), str(name)) for s, name in SEVERITY_NAMES.items())])
        self.let("matter", programme_choices())

    def where(self) -> CaseFilter:
        chosen = self.chosen
        return CaseFilter(
            region=chosen["region"],
            matter=chosen["matter"],
            states=(chosen["state"],) if chosen["state"] else (),
            severity=int(chosen["severity"]) if chosen["severity"] else None,
            overdue_on=today() if chosen["overdue"] else None,
            text=chosen["q"],
            only_open=bool(chosen["open"]),
        )

    @property
    def ordering(self) -> str:
        return str(self.chosen["order"])

    def mine_of(self, rows: QuerySet[Case]) -> QuerySet[Case]:
        """Only what is handed to this person, or to their units where no person is named."""
        if not self.chosen["mine"]:
            return rows
        units = self.actor.unit_ids
        return rows.filter(Q(assignee=self.actor.account) | Q(assignee=None, unit__in=units))
