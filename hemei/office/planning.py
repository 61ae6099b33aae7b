"""Forms for rounds and draws, and what their lists are narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.actions.draw import Candidate, DrawPlan
from hemei.core.actions.round import RoundDraft
from hemei.core.models import Account, Draw, DrawState, Duty, Round, RoundState, Tier
from hemei.core.queries.duty import on_duty
from hemei.core.queries.regions import regions
from hemei.core.queries.rounds import with_overdue
from hemei.core.registry import registry
from hemei.office.filters import NEWEST, FilterForm, programme_choices, region_choices, search_field
from hemei.office.forms import DayField, OfficeForm, dress
from hemei.terms.day import today
from hemei.terms.region import Level


class RoundFilterForm(FilterForm):
    q = search_field(gettext_lazy("找轮次"), gettext_lazy("名称或缘由，两个字也能找"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    tier = forms.ChoiceField(
        label=gettext_lazy("哪一级"), required=False, choices=[("", gettext_lazy("全部")), *Tier.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部状态")), *RoundState.choices]
    )
    matter = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    order = forms.ChoiceField(
        label=gettext_lazy("顺序"), required=False, choices=[NEWEST, ("ends", gettext_lazy("截止近的在前"))]
    )
    late = forms.BooleanField(label=gettext_lazy("有超期未看的"), required=False)

    def offer(self, within: Scope) -> None:
        super().offer(within)
        self.within = within
        self.let("matter", programme_choices())

    def narrowed(self, rows: QuerySet[Round]) -> QuerySet[Round]:
        chosen = self.chosen
        rows = rows.filter(self.in_region(), **{n: chosen[n] for n in ("tier", "state", "matter") if chosen[n]})
        if chosen["q"]:
            rows = rows.filter(Q(name__contains=chosen["q"]) | Q(reason__contains=chosen["q"]))
        return with_overdue(rows, within=self.within, on=today()) if chosen["late"] else rows

    @property
    def ordering(self) -> tuple[str, ...]:
        return ("ends", "id") if self.chosen["order"] == "ends" else ("-starts", "-id")


class DrawFilterForm(FilterForm):
    q = search_field(gettext_lazy("找抽查"), gettext_lazy("名称或公开事件，两个字也能找"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部状态")), *DrawState.choices]
    )
    matter = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    order = forms.ChoiceField(
        label=gettext_lazy("顺序"), required=False, choices=[NEWEST, ("event", gettext_lazy("公开事件早的在前"))]
    )

    def offer(self, within: Scope) -> None:
        super().offer(within)
        self.let("matter", programme_choices())

    def narrowed(self, rows: QuerySet[Draw]) -> QuerySet[Draw]:
        chosen = self.chosen
        rows = rows.filter(self.in_region())
        if chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        if chosen["matter"]:
            rows = rows.filter(round__matter=chosen["matter"])
        if chosen["q"]:
            rows = rows.filter(Q(round__name__contains=chosen["q"]) | Q(event__contains=chosen["q"]))
        return rows

    @property
    def ordering(self) -> tuple[str, ...]:
        return ("event_on", "id") if self.chosen["order"] == "event" else ("-id",)


class PlanForm(OfficeForm):
    """What a round and a draw have in common."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    matter = forms.ChoiceField(label=gettext_lazy("事项"))
    region = forms.ChoiceField(label=gettext_lazy("范围"))

    def __init__(self, data: Any, *, within: Scope) -> None:
        super().__init__(data)
        held = {matter for _prefix, matter in within.lands}
        planned = [p for p in registry.programmes.values() if p.forms and ("*" in held or p.key in held)]
        self.let("matter", [(p.key, str(p.title)) for p in planned])
        self.let("region", region_choices(within, all_of=_("请选择")))
        if len(within.prefixes) == 1:
            self.fields["region"].initial = within.prefixes[0]

    def let(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


EVENTS = {
    "snow": gettext_lazy("大雪"),
    "rain": gettext_lazy("暴雨"),
    "wind": gettext_lazy("大风"),
    "quake": gettext_lazy("地震"),
    "slide": gettext_lazy("滑坡"),
}
"""After what a round may be held at once."""


class RoundForm(PlanForm):
    tier = forms.ChoiceField(
        label=gettext_lazy("哪一级看"), choices=[(t.value, t.label) for t in (Tier.SURVEY, Tier.SELF)]
    )
    starts = DayField(label=gettext_lazy("开始日期"), initial=today)
    ends = DayField(label=gettext_lazy("截止日期"))
    reason = forms.CharField(
        label=gettext_lazy("缘由"), max_length=80, required=False, help_text=gettext_lazy("例如：汛前排查、大雪之后。")
    )
    everything = forms.BooleanField(
        label=gettext_lazy("全部查看"),
        required=False,
        help_text=gettext_lazy("不勾选：只看按设定间隔到期的；勾选：范围内每一处都看，用于灾后。"),
    )

    def __init__(self, data: Any, *, within: Scope, event: str = "") -> None:
        super().__init__(data, within=within)
        if event in EVENTS:  # after a disaster everything is looked at, from today on
            named = {"event": EVENTS[event], "day": date_format(today())}
            name = _("%(event)s后排查（%(day)s）") % named
            self.initial.update(name=name, reason=EVENTS[event], everything=True)

    def draft(self) -> RoundDraft:
        return RoundDraft(**self.cleaned_data)


class DrawForm(PlanForm):
    event = forms.CharField(
        label=gettext_lazy("公开事件"),
        max_length=160,
        help_text=gettext_lazy("事先指定、谁也左右不了的公开结果，例如某日某期福利彩票的开奖号码；结果就是种子。"),
    )
    event_on = DayField(label=gettext_lazy("事件日期"))
    opens_on = DayField(label=gettext_lazy("名单启用日期"))
    ends = DayField(label=gettext_lazy("截止日期"))

    def __init__(self, data: Any, *, within: Scope) -> None:
        super().__init__(data, within=within)
        districts = sorted({prefix[: Level.DISTRICT] for prefix in within.prefixes})
        self.people: list[Account] = []
        for district in districts:
            self.people += on_duty("check.patrol", region=district, matter="*", on=today())
        townships = regions(within=within, level=Level.TOWNSHIP).values_list("code", "name")
        home = _homes(self.people)
        for person in self.people:
            self.fields[f"takes_{person.pk}"] = forms.BooleanField(label=person.name, required=False)
            self.fields[f"avoids_{person.pk}"] = forms.MultipleChoiceField(
                label=_("%(name)s 回避的乡镇") % {"name": person.name},
                required=False,
                choices=list(townships),
                widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
                initial=home.get(person.pk, []),
            )
        dress(self)

    @property
    def plain(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith(("takes_", "avoids_"))]

    @property
    def candidates(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"takes_{person.pk}"], self[f"avoids_{person.pk}"]) for person in self.people]

    def plan(self) -> DrawPlan:
        said = self.cleaned_data
        drawn = [
            Candidate(person.pk, tuple(said[f"avoids_{person.pk}"]))
            for person in self.people
            if said[f"takes_{person.pk}"]
        ]
        common = {name: said[name] for name in ("name", "matter", "region", "event", "event_on", "opens_on", "ends")}
        return DrawPlan(**common, candidates=drawn)


def _homes(people: list[Account]) -> dict[int, list[str]]:
    """The townships in which they also have a duty: nobody inspects at home."""
    homes: dict[int, list[str]] = {}
    for duty in Duty.objects.on(today()).filter(account__in=people):
        if len(duty.region) >= Level.TOWNSHIP:
            homes.setdefault(duty.account_id, []).append(duty.region[: Level.TOWNSHIP])
    return homes


class SeedForm(OfficeForm):
    seed = forms.CharField(
        label=gettext_lazy("种子"), max_length=120, help_text=gettext_lazy("照公布的结果原样填写，数字之间不加空格。")
    )


class HandOverForm(OfficeForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("转给"), queryset=Account.objects.none(), empty_label=gettext_lazy("请选择")
    )

    def __init__(self, data: Any, people: list[Account]) -> None:
        super().__init__(data)
        self.fields["to"].queryset = Account.objects.filter(pk__in=[p.pk for p in people])  # type: ignore[attr-defined]
