"""What pages call the things of the rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.terms.verdict import Kind, Outcome

KINDS = {
    Kind.DENY: _("禁止"),
    Kind.LIMIT: _("限制"),
    Kind.WARN: _("提示"),
    Kind.ALLOW_ONLY: _("只许清单内"),
}
WORKS = {
    "existing": _("现状建筑"),
    "new": _("新建"),
    "rebuild": _("改建、翻建"),
    "extend": _("扩建"),
    "repair": _("维修加固"),
    "necessary_in_place": _("原有居民不扩大规模的必要住房"),
    "public_project": _("公共项目"),
    "linear_works": _("无法避让的线性基础设施"),
    "water_works": _("供水和保护水源的设施"),
    "flood_works": _("防洪设施"),
    "scenic_support": _("参观旅游的必要配套设施"),
    "settlement": _("新建村镇、学校、集市等公共场所"),
}
"""The kinds of work that the law knows, in the reader's language; a test holds them against its own words."""
USES = {"house": _("住房"), "public": _("公共建筑"), "production": _("生产建筑"), "ancillary": _("附属用房")}
OUTCOMES = {Outcome.PASS: _("符合"), Outcome.FAIL: _("不符合"), Outcome.UNKNOWN: _("待核")}
