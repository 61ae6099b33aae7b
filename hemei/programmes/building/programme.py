"""农房审批, declared in the nouns of the core."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import Column, Fact, Programme, RecordKind, Section, Waiting
from hemei.programmes.building import facts, sections
from hemei.programmes.building.actions.anew import keep_ruled_anew
from hemei.programmes.building.actions.lapsing import lapse_overdue
from hemei.programmes.building.life import LIFE, LOOKS
from hemei.programmes.building.models import Demonstration, Lead, Pattern, Permit, Stay, Style, WorkDay
from hemei.programmes.building.parameters import parameters
from hemei.programmes.building.queries.permits import permits
from hemei.programmes.building.queries.standing import DWELLING
from hemei.programmes.building.queries.styles import nominated
from hemei.programmes.building.queries.under_way import under_way
from hemei.programmes.building.queries.waiting import ruled_anew, waiting

IN_THE_API = (
    "work", "address", "land", "plot_m2", "footprint_m2", "floor_area_m2", "storeys", "eaves_m", "height_m",
    "structure", "roof", "walls", "design", "number", "since", "due_on", "approved_on", "accepted_on",
)  # fmt: skip

programme = Programme(
    key=Permit.matter,
    title=_("建房审批"),
    line="point",
    records=[
        RecordKind(
            "permit",
            Permit,
            _("建房申请"),
            "permit.view",
            permits,
            {state.key: state.name for state in reversed(LIFE.states)},
            LOOKS,
            "building.one",
            "building",
            [Column(name, Permit._meta.get_field(name).verbose_name) for name in IN_THE_API],  # type: ignore[union-attr]
            [
                Waiting(_("建房申请，管控结论有变的"), ruled_anew, "building/_ruled_anew.html"),
                Waiting(_("建房申请，轮到我办的"), waiting, "building/_waiting.html"),
                Waiting(_("示范房，等区里评审的"), nominated, "building/_nominated.html"),
            ],
            under_way,
            keep_ruled_anew,
        )
    ],
    facts=[Fact("building.permit", _("建房审批"), facts.permit)],
    parameters=parameters,
    urls="hemei.programmes.building.urls",
    right="permit.view",
    subjects={"permit": _("建房申请"), "lead": _("违法建房线索")},
    pages={"permit": "building.one"},
    done={
        "permit.ask_set_aside": _("提出搁置不符合项"),
        "place.hold": _("登记产权人"),
        "calendar.correct": _("改工作日表"),
        "permit.ruled_anew": _("管控结论有变"),
        "permit.relocate": _("登记生态搬迁的阶段"),
        "style.set": _("设定风貌"),
        "lead.hand_over": _("移交违法建房线索"),
        "pattern.import": _("导入图集"),
        "lead.close": _("登记线索处理结果"),
    },
    sections=[Section("building/section.html", sections.of_house, of=DWELLING)],
    each_day=lapse_overdue,
    needs=lambda: Permit.objects.filter(state__in=LIFE.open_states).values("household__head"),
    resettled=(Permit, Lead, Pattern, WorkDay, Style, Stay, Demonstration),
)
