"""What a check says besides its answers: when it was made, how, and for whom somebody answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from hemei.core.access import Scope
from hemei.core.errors import Mistaken
from hemei.core.models import Channel, Place
from hemei.core.queries.regions import regions
from hemei.core.registry import Text
from hemei.engines.forms import Kind, Question
from hemei.engines.forms.form import Choice
from hemei.terms.region import Level

PROXIES = (Channel.VISIT, Channel.CALL, Channel.CARD, Channel.NEIGHBOUR)
WHOM = _("例如：户主本人、隔壁王婶、在外打工的儿子。")
CHANNEL, ON_BEHALF = "hemei_channel", "hemei_on_behalf"
LANGUAGES = {"zh": "zh-hans", "en": "en"}  # as forms name them, and as the interface does


BEFORE_ANY = datetime(2025, 1, 1, tzinfo=UTC)  # there was none of this then: a phone that lost its clock says 1970


def by_its_clock(moment: datetime) -> datetime:
    """When somebody pressed, by their phone; one that lost its clock, or whose clock runs ahead, pressed now."""
    return timezone.now() if moment < BEFORE_ANY else not_ahead(moment)


def not_ahead(moment: datetime) -> datetime:
    """The phone's time; a clock that runs ahead of ours would have it made in the future, so it counts as now."""
    return min(moment, timezone.now())


def _now() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


class AboutCheck(forms.Form):
    """When, and where the device was; the instance id makes a form sent twice one check."""

    instance = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid.uuid4().hex)
    at = forms.DateTimeField(
        label=_("查看时间"),
        initial=_now,
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("请填写查看时间。"), "invalid": _("请填写像 2026-11-03 09:30 这样的时间。")},
    )
    lon = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    accuracy = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=0)

    def said(self) -> dict[str, Any]:
        """The fields of a check that this form fills."""
        data = self.cleaned_data
        located = data["lon"] is not None and data["lat"] is not None
        return {
            "instance_id": data["instance"],
            "at": data["at"],
            "lon": data["lon"] if located else None,
            "lat": data["lat"] if located else None,
            "accuracy_m": data["accuracy"] if located else None,
            "channel": data.get("channel", Channel.STAFF),
            "on_behalf": data.get("on_behalf", ""),
        }


class AboutProxy(AboutCheck):
    """代报: answered for a household, from a visit, a call, a paper card, or by a neighbour or relative."""

    channel = forms.ChoiceField(
        label=_("怎么得知的"),
        choices=[(channel.value, channel.label) for channel in PROXIES],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是上门、电话、纸卡还是亲邻代报。")},
    )
    on_behalf = forms.CharField(
        label=_("替谁报的"),
        max_length=80,
        help_text=WHOM,
        widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": _("请写明是谁说的。")},
    )


def proxy_questions() -> tuple[Question, ...]:
    """代报 where a form is filled in without our page: how it became known and from whom, asked before its own."""
    ways = tuple(Choice(channel.value, in_each(channel.label)) for channel in PROXIES)
    return (
        Question(CHANNEL, Kind.SELECT_ONE, in_each(_("怎么得知的")), required=True, choices=ways),
        Question(ON_BEHALF, Kind.TEXT, in_each(_("替谁报的")), hints=in_each(WHOM), required=True),
    )


def proxy_told(texts: Mapping[str, str]) -> dict[str, str]:
    """What was answered to them. Raises Mistaken where somebody left them out."""
    channel, whom = texts.get(CHANNEL, ""), texts.get(ON_BEHALF, "").strip()
    if channel not in PROXIES or not whom:
        missing = CHANNEL if channel not in PROXIES else ON_BEHALF
        raise Mistaken(translation.gettext("请填写怎么得知的、替谁报的。"), field=missing, code="no_channel")
    return {"channel": channel, "on_behalf": whom[:80]}


def in_each(text: Text) -> dict[str, str]:
    """A sentence of ours by language, as forms have theirs."""
    said = {}
    for tag, language in LANGUAGES.items():
        with translation.override(language):
            said[tag] = str(text)
    return said


def villages_of(within: Scope) -> dict[str, str]:
    """Village → name, for whoever goes to several; nothing where all is in one."""
    rows = dict(regions(within=within, level=Level.VILLAGE).values_list("code", "name"))
    return rows if len(rows) > 1 else {}


def whereabouts(place: Place, villages: Mapping[str, str]) -> list[str]:
    """Where a place is, as far as its label does not say it, nothing twice: for whoever goes there."""
    told: list[str] = []
    village = villages.get(place.region[: Level.VILLAGE], "")
    says_all = village and village in place.label and place.label in place.address  # the rest is the district's name
    for part in ("" if says_all else place.address, place.group, village):
        if part and not any(part in said for said in (place.label, *told)):
            told.insert(0, part)
    return told
