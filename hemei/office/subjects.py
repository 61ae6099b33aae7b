"""What an audit entry is about, in words: 隐患 12 for case:12, and back again."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy

from hemei.core.access import Actor, scope_of
from hemei.core.registry import registry

SUBJECTS = {  # what an audit entry is about, by the word before its colon
    "case": gettext_lazy("隐患"),
    "check": gettext_lazy("检查"),
    "place": gettext_lazy("检查对象"),
    "person": gettext_lazy("人员"),
    "account": gettext_lazy("账号"),
    "duty": gettext_lazy("岗位"),
    "unit": gettext_lazy("单位"),
    "message": gettext_lazy("通知"),
    "round": gettext_lazy("轮次"),
    "due": gettext_lazy("待查"),
    "draw": gettext_lazy("随机抽查"),
    "door": gettext_lazy("门牌码"),
    "evidence": gettext_lazy("照片和文件"),
    "batch": gettext_lazy("导入"),
    "job": gettext_lazy("后台任务"),
    "collector": gettext_lazy("手机填报钥匙"),
    "key": gettext_lazy("密钥"),
    "address": gettext_lazy("网络地址"),
    "register": gettext_lazy("区域"),
    "list": gettext_lazy("导出"),
    "parameter": gettext_lazy("参数"),
    "form_version": gettext_lazy("检查表版本"),
}


def pages_of_subjects(actor: Actor) -> dict[str, str]:
    """Word before the colon → name of the page that shows it, as far as this person may open such pages at all."""
    pages = {one: f"office:{one}" for one in ("case", "place", "unit") if scope_of(actor, f"{one}.view")}
    for programme in registry.programmes.values():
        if scope_of(actor, programme.right, programme.key):
            pages |= programme.pages
    return pages


def subject_words(subject: str) -> str:
    """隐患 12, instead of case:12."""
    kind, _colon, pk = subject.partition(":")
    known = _known()
    return f"{known[kind]} {pk}" if kind in known else subject


def _known() -> dict[str, Any]:
    return SUBJECTS | registry.wording("subjects")


def subject_of(typed: str) -> str:
    """case:12, from 隐患 12 as the list shows it, or as it is stored."""
    said = re.fullmatch(r"(\D+?)\s*(\d+)", typed.strip())
    keys = {str(word).lower(): key for key, word in _known().items()}
    return f"{keys[said[1].lower()]}:{said[2]}" if said and said[1].lower() in keys else typed.strip()
