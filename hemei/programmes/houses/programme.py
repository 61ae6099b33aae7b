"""农房安全, declared in the nouns of the core."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from hemei.core.models import Tier
from hemei.core.registry import Column, DoorWords, Fact, Form, Guard, Indicator, Kind, Layer, Programme, Section
from hemei.programmes.houses import cadence, facts, findings, guards, queries, sections
from hemei.programmes.houses.learning import expect, learn, recall
from hemei.programmes.houses.models import House, SafetyGrade, Structure
from hemei.programmes.houses.parameters import parameters

FORMS = Path(__file__).parent / "forms"
FORM_TITLES = (gettext_noop("农户自查"), gettext_noop("镇村排查"), gettext_noop("区级随机巡查"))  # as the workbooks say
YES_NO = {"true": _("是"), "false": _("否")}

programme = Programme(
    key="houses",
    title=_("农房安全"),
    line="point",
    kinds=[
        Kind(
            "house",
            House,
            _("农房"),
            columns=[
                Column(
                    "structure",
                    _("结构类型"),
                    dict(Structure.choices),
                    also=("房屋结构", "结构形式", "结构"),
                ),
                Column(
                    "year_built",
                    _("建成年份"),
                    is_year=True,
                    also=("建造年份", "建房年份", "建造年代", "建成年代", "建成时间", "建房时间", "建造时间"),
                ),
                Column("storeys", _("层数"), also=("房屋层数", "地上层数", "楼层数")),
                Column(
                    "floor_area_m2",
                    _("建筑面积"),
                    unit="m²",
                    also=("房屋面积", "建筑面积（㎡）"),
                ),
                Column(
                    "grade",
                    _("鉴定等级"),
                    dict(SafetyGrade.choices),
                    editable=False,
                    also=("危房等级",),
                ),
                Column("business_use", _("经营用途"), choices=YES_NO, also=("是否用于经营", "是否经营")),
                Column("cut_slope", _("切坡建房"), choices=YES_NO, also=("是否切坡",)),
                Column(
                    "occupied", _("有人居住"), choices=YES_NO, also=("是否居住", "居住情况", "有无人住", "是否有人住")
                ),
            ],
            layer=Layer(colour_by="houses.grade"),
            use="house",
            identifier_systems={
                "self_built_platform": _("自建房平台编号"),
                "disaster_survey": _("灾害普查编号"),
                "real_estate_unit": _("不动产单元号"),
                "village_ledger": _("村台账编号"),
            },
        )
    ],
    forms=[
        Form("houses.selfcheck", Tier.SELF, "house", FORMS, findings.rules),
        Form("houses.survey", Tier.SURVEY, "house", FORMS, findings.rules),
        Form("houses.patrol", Tier.PATROL, "house", FORMS, findings.rules),
    ],
    findings=findings.FINDINGS,
    facts=[
        Fact("houses.grade", _("鉴定等级"), facts.grade, dict(SafetyGrade.choices)),
        Fact("houses.occupied", _("是否有人居住"), facts.occupied),
    ],
    indicators=[
        Indicator(
            "houses.miss_rate",
            _("排查遗漏率"),
            _(
                "随机巡查发现了某一迹象、认定上次排查时应当已经看得到、而那次排查记作没有的房屋 ÷ 排查后被巡查的房屋；"
                "不足 30 户不显示比率。"
            ),
            "%",
            queries.miss_rate,
        )
    ],
    due=cadence.due,
    guards=[
        Guard("case.accept", guards.people_in_a_d_house),
        Guard("case.accept", guards.still_being_rebuilt),
    ],
    sections=[Section("houses/section.html", sections.grading)],
    learn=learn,
    expect=expect,
    recall=recall,
    parameters=parameters,
    urls="hemei.programmes.houses.urls",
    door=DoorWords(
        ask=_("今天房子怎么样？"),
        fine=_("没有看到裂缝、歪斜、漏塌"),
        danger=_("墙在歪、缝在长、屋顶要掉、地在动："),
        leave=_("请马上离开房子！"),
        steps=(
            _("叫上家里所有人，现在就出去"),
            _("不要回去拿东西"),
            _("站到空地上，离墙、坡和电线远一些"),
            _("再打电话"),
        ),
    ),
)
