"""乡村建设工匠, declared in the nouns of the core."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import Column, Kind, PersonFact, PersonKind, Programme, Section
from hemei.programmes.craftsmen import facts, sections
from hemei.programmes.craftsmen.actions.reminding import remind_ending
from hemei.programmes.craftsmen.models import (
    Attendance,
    Certificate,
    Craftsman,
    DutyCard,
    EarlierTraining,
    ExamResult,
    Plan,
    Posting,
    Rating,
    Session,
    Sort,
    Trade,
    Worksite,
)
from hemei.programmes.craftsmen.parameters import parameters
from hemei.programmes.craftsmen.queries.people import craftsmen

programme = Programme(
    key=Craftsman.matter,
    title=_("乡村工匠"),
    line="point",
    kinds=[
        Kind(
            "worksite",
            Worksite,
            _("工地"),
            columns=[
                Column("sort", _("工地类别"), dict(Sort.choices)),
                Column("starts_on", _("开工日期")),
                Column("ends_on", _("完工日期"), editable=False),
                Column("approval", _("批准文号")),
            ],
        )
    ],
    person_kinds=[
        PersonKind(
            "craftsman",
            Craftsman,
            _("工匠"),
            "craftsman.view",
            craftsmen,
            columns=[
                Column("trade", _("工种"), dict(Trade.choices)),
                Column("level", _("技能等级")),
                Column("lead", _("带头工匠")),
                Column("team", _("班组")),
            ],
            told=facts.told,
        )
    ],
    sections=[Section("craftsmen/crew.html", sections.crew)],
    person_facts=[PersonFact("craftsmen.certified", _("今天可以上岗"), facts.certified)],
    parameters=parameters,
    urls="hemei.programmes.craftsmen.urls",
    right="craftsman.view",
    subjects={"craftsman": _("工匠"), "session": _("培训"), "plan": _("培训计划")},
    pages={"craftsman": "craftsmen.one", "session": "craftsmen.session", "plan": "craftsmen.plan"},
    done={
        "certificate.record": _("登记证书"),
        "certificate.revoke": _("注销证书"),
        "card.issue": _("发上岗牌"),
        "card.revoke": _("作废上岗牌"),
        "craftsman.agree": _("登记公开同意"),
        "craftsman.change": _("修改登记"),
        "craftsman.portrait": _("登记照片"),
        "craftsman.unportrait": _("删除照片"),
        "paper.scan": _("补传扫描件"),
        "craftsman.leave": _("退出名册"),
        "craftsman.return": _("恢复到名册"),
        "craftsman.remind": _("提醒证书、培训快到期"),
        "craftsman.enter": _("登记工匠"),
        "training.enter": _("登记外出培训"),
        "plan.make": _("登记培训计划"),
        "plan.exam": _("登记成绩"),
        "training.plan": _("安排培训"),
        "training.strike": _("划掉签到"),
        "training.call_off": _("取消培训"),
        "site.open": _("登记工地"),
        "site.post": _("登记上工"),
        "site.end_posting": _("登记离开"),
        "site.finish": _("登记完工"),
        "site.rate": _("农户评价"),
    },
    each_day=remind_ending,
    needs=lambda: Craftsman.objects.filter(left_on=None).values("person"),
    resettled=(
        Craftsman,
        Certificate,
        EarlierTraining,
        DutyCard,
        Session,
        Attendance,
        Posting,
        Rating,
        Plan,
        ExamResult,
    ),
)
