"""Why a value was not taken, in the reader's language: what the schema's own words say in English."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By pydantic's name of what is wrong; what it knows of it stands in for the gaps.
REASONS: dict[str, Promise] = {
    "missing": gettext_lazy("缺少这一项。"),
    "int_parsing": gettext_lazy("应是整数。"),
    "int_type": gettext_lazy("应是整数。"),
    "int_from_float": gettext_lazy("应是整数。"),
    "float_parsing": gettext_lazy("应是数字。"),
    "float_type": gettext_lazy("应是数字。"),
    "finite_number": gettext_lazy("应是数字。"),
    "string_type": gettext_lazy("应是文字。"),
    "bool_parsing": gettext_lazy("应是 true 或 false。"),
    "list_type": gettext_lazy("应是一个列表。"),
    "literal_error": gettext_lazy("只能是 %(expected)s。"),
    "greater_than_equal": gettext_lazy("不能小于 %(ge)s。"),
    "less_than_equal": gettext_lazy("不能大于 %(le)s。"),
    "string_too_long": gettext_lazy("最多 %(max_length)s 个字。"),
    "too_long": gettext_lazy("最多 %(max_length)s 项。"),
    "string_pattern_mismatch": gettext_lazy("写法不对。"),
    "date_from_datetime_parsing": gettext_lazy("应是日期，例如 2026-11-01。"),
    "date_parsing": gettext_lazy("应是日期，例如 2026-11-01。"),
    "datetime_from_date_parsing": gettext_lazy("应是时间，例如 2026-11-01T09:30:00+08:00。"),
    "datetime_parsing": gettext_lazy("应是时间，例如 2026-11-01T09:30:00+08:00。"),
    "timezone_aware": gettext_lazy("时间要带时区，例如 2026-11-01T09:30:00+08:00。"),
    "base64_decode": gettext_lazy("不是 base64。"),
}


def unfit(error: dict[str, Any]) -> str:
    """One error of a schema, in words; what has none here keeps the schema's."""
    reason = REASONS.get(error["type"])
    if reason is None:
        return _("格式不对：%(why)s") % {"why": error["msg"]}
    known = error.get("ctx", {})
    return str(reason) % {name: str(value).replace(" or ", "、") for name, value in known.items()}
