"""What can be done about a danger, and whether it ends it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class RemedyKind:
    name: str | Promise
    ends_danger: bool  # people out of a house that still stands is containment, not a remedy


REMEDIES = {
    "repair": RemedyKind(_("修缮加固"), True),
    "demolish": RemedyKind(_("拆除"), True),
    "rebuild": RemedyKind(_("重建"), True),
    "relocate": RemedyKind(_("搬迁"), True),
    "resettle": RemedyKind(_("安置"), False),
    "seal": RemedyKind(_("停用封存"), False),
}
