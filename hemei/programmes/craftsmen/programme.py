"""乡村建设工匠, declared in the nouns of the core."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import PersonFact, Programme
from hemei.programmes.craftsmen import facts
from hemei.programmes.craftsmen.models import (
    Attendance,
    Certificate,
    Craftsman,
    DutyCard,
    EarlierTraining,
    Session,
)
from hemei.programmes.craftsmen.parameters import parameters

programme = Programme(
    key=Craftsman.matter,
    title=_("乡村工匠"),
    line="point",
    person_facts=[PersonFact("craftsmen.certified", _("今天可以上岗"), facts.certified)],
    parameters=parameters,
    urls="hemei.programmes.craftsmen.urls",
    right="craftsman.view",
    subjects={"craftsman": _("工匠"), "session": _("培训")},
    pages={"craftsman": "craftsmen.one", "session": "craftsmen.session"},
    done={
        "certificate.record": _("登记证书"),
        "certificate.revoke": _("注销证书"),
        "card.issue": _("发上岗牌"),
        "card.revoke": _("作废上岗牌"),
        "training.plan": _("安排培训"),
        "training.strike": _("划掉签到"),
        "training.call_off": _("取消培训"),
    },
    needs=lambda: Craftsman.objects.filter(left_on=None).values("person"),
    resettled=(Craftsman, Certificate, EarlierTraining, DutyCard, Session, Attendance),
)
