"""风貌和管控, declared in the nouns of the core."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import Fact, Programme, Question
from hemei.programmes.control import anew, facts, preview, screening
from hemei.programmes.control.actions.deciding import FINDING
from hemei.programmes.control.judging import verdicts
from hemei.programmes.control.legend import overlay
from hemei.programmes.control.models import Decision, LayerVersion, OfControl, OwnLaw, Reckoned, Run
from hemei.programmes.control.offering import clear_previews
from hemei.terms.finding import FindingKind, Severity


def _each_day(day: date) -> None:
    clear_previews()
    anew.look_anew(day)


assert screening  # declares its jobs
assert preview

programme = Programme(
    key=OfControl.matter,
    title=_("建房管控"),
    line="plane",
    findings=[
        FindingKind(
            FINDING,
            Severity.SERIOUS,
            _("不符合建房管控规则"),
            _("按条款核实，由经办单位依法处理"),
        )
    ],
    facts=[
        Fact(
            "control.worst",
            _("管控筛查结论"),
            facts.worst,
            {"pass": _("符合"), "unknown": _("待核"), "fail": _("不符合")},
        )
    ],
    questions=[Question("control.verdicts", _("管控规则怎么说"), verdicts, overlay)],
    urls="hemei.programmes.control.urls",
    right="control.view",
    subjects={
        "layer": _("管控图层"),
        "law": _("区里的规则"),
        "run": _("管控筛查"),
        "reckoned": _("在办申请的结论"),
    },
    pages={"layer": "control.layer", "run": "control.run"},
    jobs={
        "control.screen": _("管控筛查"),
        "control.prepare": _("准备管控图层"),
        "control.preview": _("改动预览"),
        anew.KIND: _("核对在办申请的结论"),
    },
    done={
        "layer.add": _("登记图层"),
        "layer.preview": _("预览图层改动"),
        "layer.withdraw": _("停用图层"),
        "law.change": _("改区里的规则"),
        "law.preview": _("预览规则改动"),
        "control.screen": _("发起筛查"),
        "control.decide": _("认定筛查结果"),
        "control.drop": _("放弃预览"),
        "control.tell": _("核对在办申请的结论"),
    },
    each_day=_each_day,
    resettled=(LayerVersion, OwnLaw, Run, Reckoned, Decision),
)
