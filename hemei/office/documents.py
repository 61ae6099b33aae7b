"""The papers that are handed to a household, and how they reach it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Document:
    name: Text
    ask: Text  # what it asks of the household, as one sentence


DOCUMENTS = {
    "notice": Document(
        _("隐患告知书"), _("请您按上述建议尽快消除隐患，并在期限前告知我单位，由我单位派人到现场验收。")
    ),
    "stop_use": Document(
        _("停用通知书"),
        _("自收到本通知之日起，请停止使用上述房屋，人员搬离，并按要求委托鉴定；隐患消除并经验收之前不得恢复使用。"),
    ),
}

WAYS = {
    "in_person": _("当面送达"),
    "left": _("留置送达"),
    "post": _("邮寄送达"),
    "relative": _("成年家属代收"),
    "posted": _("张贴或公告"),
}
