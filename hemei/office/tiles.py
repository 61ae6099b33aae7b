"""The region's numbers as big tiles, each with the definition that stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.queries.zero import LOOKED_WITHIN_DAYS, Row

Text = str | Promise


@dataclass(frozen=True)
class Measure:
    """One column of the board: its name, what exactly is counted, and how a value is written."""

    key: str
    title: Text
    definition: Text
    unit: Text = ""


OPEN = Measure(
    "open",
    gettext_lazy("未销号"),
    gettext_lazy("到这一天结束时已发现、还没有验收、撤销或转历史台账的隐患，含已管控和待验收的。"),
)
CONTAINED = Measure(
    "contained", gettext_lazy("其中已管控"), gettext_lazy("人已撤离或已封控、危险还在的隐患；单独列出，不算清零。")
)
OVERDUE = Measure("overdue", gettext_lazy("其中超期"), gettext_lazy("未销号的隐患里，整治期限已过的。"))
UNVERIFIED = Measure(
    "unverified",
    gettext_lazy("待核实"),
    gettext_lazy("未绑定的手机扫门牌上报、还没有回电或上门看过的；不算在未销号里。"),
)
FOUND = Measure("found_this_month", gettext_lazy("本月新发现"), gettext_lazy("发现时间在本月的隐患。"))
ACCEPTED = Measure("accepted_this_month", gettext_lazy("本月验收"), gettext_lazy("本月由另一人到现场验收通过的隐患。"))
WITHDRAWN = Measure(
    "withdrawn_this_month", gettext_lazy("本月撤销"), gettext_lazy("本月经第二人核实为误报而撤销的，单独计数。")
)
HISTORICAL = Measure(
    "historical_ended", gettext_lazy("历史台账"), gettext_lazy("从旧台账导入并已结案的全部记录；单独计数，不算验收。")
)
MEDIAN = Measure(
    "median_days",
    gettext_lazy("销号中位天数"),
    gettext_lazy("本月验收的隐患，从发现到验收的天数的中位数。"),
    gettext_lazy("天"),
)
OLDEST = Measure(
    "oldest_open", gettext_lazy("最早未销号"), gettext_lazy("未销号的隐患里，发现得最早的一条的发现日期。")
)
REOPENED = Measure(
    "reopened_share",
    gettext_lazy("复发占比"),
    gettext_lazy("最近一年新发现的隐患里，同一处同一问题验收后又出现的占比。"),
    "%",
)
COVERAGE = Measure(
    "coverage_share",
    gettext_lazy("覆盖率"),
    gettext_lazy("看过的户数 ÷ 应看的户数：最近一季度内到期的任务，到这一天已有人看过的占比。"),
    "%",
)
MEASURES = (
    OPEN,
    CONTAINED,
    OVERDUE,
    UNVERIFIED,
    FOUND,
    ACCEPTED,
    WITHDRAWN,
    HISTORICAL,
    MEDIAN,
    OLDEST,
    REOPENED,
    COVERAGE,
)
assert LOOKED_WITHIN_DAYS == 92  # the definition above says "a quarter"


def value(row: Row, measure: Measure) -> Any:
    """A row's value of a measure; None is unknown, which is not zero."""
    match measure.key:
        case "coverage_share":
            return percent(row.looked, row.due)
        case "reopened_share":
            return percent(row.reopened, row.found_this_year)
    return getattr(row, measure.key)


def percent(part: int, whole: int) -> int | None:
    """Whole per cent, rounded down so that 100 means all of them."""
    return part * 100 // whole if whole else None


@dataclass(frozen=True)
class Tile:
    label: Text
    value: Any
    unit: Text
    definition: Text
    url: str = ""
    alarm: bool = False


def tiles(row: Row) -> list[Tile]:
    """The six numbers that stand on the first page."""
    listed = f"/office/cases/?region={row.region}"
    links = {
        "open": f"{listed}&open=on",
        "overdue": f"{listed}&overdue=on",
        "contained": f"{listed}&state=contained",
        "unverified": f"{listed}&state=reported",
    }
    chosen = (OPEN, OVERDUE, CONTAINED, UNVERIFIED, ACCEPTED, COVERAGE)
    return [
        Tile(
            m.title,
            _("无人查看") if m is OPEN and row.open == 0 and row.silent else value(row, m),
            m.unit,
            m.definition,
            links.get(m.key, ""),
            alarm=m is OVERDUE and row.overdue > 0,
        )
        for m in chosen
    ]
