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
OUTCOMES = {Outcome.PASS: _("符合"), Outcome.FAIL: _("不符合"), Outcome.UNKNOWN: _("待核")}
