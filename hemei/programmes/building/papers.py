"""Which papers of a permit can be printed, and when."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemei.programmes.building.models import Permit

PAPERS: dict[str, tuple[str | Promise, Callable[[Permit], bool]]] = {
    "receipt": (_("受理回执"), lambda permit: True),
    "notice": (_("建房公示"), lambda permit: permit.state in ("agreed", "publicised")),
    "planning": (_("乡村建设规划许可证（登记内容）"), lambda permit: bool(permit.number)),
    "homestead": (_("农村宅基地批准书（登记内容）"), lambda permit: bool(permit.number)),
    "acceptance": (_("农村宅基地和建房验收意见表"), lambda permit: permit.accepted_on is not None),
    "refusal": (_("不予批准建房决定书"), lambda permit: permit.state == "refused"),
}


def offered(permit: Permit) -> list[tuple[str, str | Promise]]:
    """The papers that can be printed now: key and name."""
    return [(key, name) for key, (name, when) in PAPERS.items() if when(permit)]
