"""What the district sets for itself, from a date, with the document that says so."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At, require
from hemei.core.errors import Mistaken
from hemei.core.models import Parameter
from hemei.core.registry import registry
from hemei.core.writing import action, audit


@action(verb="parameter.edit", on="where")
def set_parameter(*, where: At, key: str, value: Any, starts: date, document: str, by: Actor) -> Parameter:
    """A new value from a day on. The earlier ones stay: what was decided under them was decided under them."""
    require(by, "parameter.edit", At(where.region, key.partition(".")[0]))
    try:
        default = registry.default(key)
    except KeyError as fault:
        raise Mistaken(_("没有这个参数。"), field="key", code="unknown_parameter") from fault
    if not document.strip():
        raise Mistaken(
            _("请写明依据的文件或会议纪要，例如“区住建局〔2026〕12号”。"), field="document", code="no_document"
        )
    row = Parameter.objects.create(
        key=key, region=where.region, value=fitting(value, default), starts=starts, document=document.strip()
    )
    audit(
        by,
        "parameter.set",
        f"parameter:{row.pk}",
        where.region,
        values=[key, row.value, starts, document],
        detail={"key": key, "value": row.value},
    )
    return row


def fitting(value: Any, like: Any) -> Any:
    """The value in the shape of our default. Raises Mistaken where it does not fit."""
    match like:
        case int() | None:  # None: a number that nobody has set yet
            if not str(value).isascii() or not str(value).strip().isdigit() or int(value) < 1:
                raise Mistaken(_("请填写一个正整数。"), field="value", code="not_a_number")
            return int(value)
        case list():
            parts = value if isinstance(value, list) else str(value).splitlines()
            wanted = [str(part).strip() for part in parts if str(part).strip()]
            if len(wanted) != len(like):
                raise Mistaken(
                    _("请填写 %(count)d 行，每行一项。") % {"count": len(like)}, field="value", code="wrong_length"
                )
            return wanted
    return str(value).strip()
