"""The sheet that is handed to a household: what does not comply, what to do, where to build, and the law's words."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

import shapely

from hemei.terms.proposal import Ruling
from hemei.terms.verdict import Kind, Outcome, Verdict

from .advice import Advice, Bound, Taken, Zoned
from .lists import title_of
from .parts import SLIVER_M2
from .plot_picture import picture
from .proposal import Answer
from .rules import USE_TITLES, WORK_TITLES
from .subject import Subject
from .wording import MARKS, amount, citations, explained, remedy, sentence

PAGE = Path(__file__).parent / "sheet.html"
TITLE = "拟建房屋管控核对单"
STANDING_TITLE = "现状房屋管控核对单"
UNSET = "unset"
SECTIONS = {
    "fail": "不符合的规定",
    "unknown": "要到现场或窗口核实的",
    "warn": "提示（不是禁止）",
    "pass": "符合的规定",
    UNSET: "区里还没有图层或数值，这次没有核对",
}
FIRST = ("fail", "unknown", "warn")
"""What is shown before the advice."""
RESULTS = {
    "fail": (
        "照现在的画法，有 {n} 条规定不符合",
        "先看下面“不符合的规定”，改好再申请；不清楚的拿这张单子到乡镇窗口问。",
    ),
    "existing": (
        "这栋现状建筑有 {n} 条规定不符合",
        "不符合不等于违法：建成时间、手续和怎样处理，由主管部门依法核实。",
    ),
    "unknown": ("没有发现不符合的，但有 {n} 条要核实", "请先按下面写的到现场量，或补齐缺少的资料，再作结论。"),
    "pass": ("已核对的规定都符合", "这不等于已经批准：还要依法申请，没有核对的规定也要由窗口查。"),
}


def sheet(said: Answer) -> str:
    """The answer as a page of HTML that prints on A4."""
    groups = grouped(said)
    worst = next((name for name in ("fail", "unknown") if groups[name]), "pass")
    standing = worst == "fail" and said.subject.work == "existing"
    result, following = RESULTS["existing" if standing else worst]
    counts = "".join(f"<span>{label} {len(groups[name])} 条</span>" for name, label in COUNTED.items())
    return PAGE.read_text(encoding="utf-8").format(
        title=STANDING_TITLE if said.subject.work == "existing" else TITLE,
        facts=escape(facts(said)),
        worst=worst,
        result=escape(result.format(n=len(groups[worst]))),
        counts=counts,
        next=escape(following),
        first="\n".join(_section(name, groups[name], said) for name in FIRST if groups[name]),
        then="\n".join(_section(name, groups[name], said) for name in SECTIONS if groups[name] and name not in FIRST),
        advice=_advice(said.advice, said) if said.advice is not None else "",
        law=_law([*groups["fail"], *groups["unknown"], *groups["warn"]], said),
        foot=escape(_foot(said)),
    )


COUNTED = {"fail": "不符合", "unknown": "待核", "warn": "提示", "pass": "符合", UNSET: "没有核对"}


def grouped(said: Answer) -> dict[str, list[Verdict | Ruling]]:
    """What rules and lists say, by what the reader has to do about them."""
    groups: dict[str, list[Verdict | Ruling]] = {name: [] for name in SECTIONS}
    everything: list[Verdict | Ruling] = [*said.verdicts, *said.lists]
    for verdict in everything:
        groups[_group(verdict)].append(verdict)
    return groups


def _group(verdict: Verdict | Ruling) -> str:
    if verdict.outcome is Outcome.UNKNOWN and any("未配置" in word for word in verdict.missing):
        return UNSET
    if verdict.kind is Kind.WARN and verdict.outcome is Outcome.FAIL:
        return "warn"
    return verdict.outcome.value


def facts(said: Answer) -> str:
    """Whose district, by which day's rules, and what was asked about."""
    subject, day = said.subject, said.on
    parts = [
        said.district.name,
        f"按 {day.year}年{day.month}月{day.day}日 的规则核对",
        _what(subject),
        *(f"{measure.label} {amount(measure, value)}" for measure, value in subject.attributes.items()),
        f"位置误差 {subject.position_error_m:g} 米",
    ]
    if not said.public and (subject.zone or subject.tier):
        parts.append(f"所在分区：{subject.zone or '未配置'}{subject.tier}")
    return " · ".join(parts)


def _what(subject: Subject) -> str:
    """What is built, in words: 新建住房; 公共项目（公共建筑）."""
    work, use = WORK_TITLES.get(subject.work, "未写明建设方式"), USE_TITLES.get(subject.use, "未写明用途")
    together = subject.work in ("new", "rebuild", "extend") and subject.use in USE_TITLES
    return f"{work}{use}" if together else f"{work}（{use}）"


def _section(name: str, verdicts: Iterable[Verdict | Ruling], said: Answer) -> str:
    rows = "".join(_listed(one) if isinstance(one, Ruling) else _row(name, one, said) for one in verdicts)
    return f'<section class="{name}"><h2>{SECTIONS[name]}</h2><ul>{rows}</ul></section>'


def _listed(ruling: Ruling) -> str:
    """What a row of a list says; its own words stand beside it."""
    doing = f'<p class="do">{escape(ruling.remedy)}</p>' if ruling.remedy else ""
    note = f"<small>{escape(ruling.note)}</small> " if ruling.note else ""
    by = f"<small>依据：{escape(ruling.clause)}（{escape('，'.join(ruling.marks))}）</small>" if ruling.clause else ""
    return f"<li><b>{escape(ruling.title)}</b> {escape(ruling.said)}{doing}{note}{by}</li>"


def _row(name: str, verdict: Verdict, said: Answer) -> str:
    book = said.district.book
    rule = book.rule(verdict.rule, said.on)
    marks = "，".join(book.clauses[verdict.clause].marks(said.on))
    version = f"；图层版本 {verdict.layer_version[:8]}" if verdict.layer_version else ""
    cited = f"{escape(citations(rule, book))}（{escape(marks)}）{escape(version)}"
    if name == UNSET:
        return f"<li>{escape(rule.title)} <small>{cited}</small></li>"
    do = remedy(verdict, rule, said.subject.work)
    doing = f'<p class="do">{escape(do)}</p>' if do else ""
    note = f"<small>{escape(rule.note)}</small>" if rule.note and name != "pass" else ""
    colon = "：" if name == "pass" else " "
    what = f"<b>{escape(rule.title)}</b>{colon}{escape(sentence(verdict, book, said.on))}"
    return f"<li>{what}{doing}{note} <small>依据：{cited}</small></li>"


def _advice(advice: Advice, said: Answer) -> str:
    lines = [
        f"宗地 {_metres(advice.plot_m2)} 平方米，其中可以建房的部分 {_metres(advice.permitted_m2)} 平方米"
        + ("。" if advice.permitted_m2 > 0.0 else "：这块地上没有可以建房的地方。")
    ]
    lines += [_taken(taken, said, "扣除") for taken in advice.taken]
    if len(advice.taken) > 1:
        lines.append(_added_up(advice))
    lines += [_taken(taken, said, "只作提示、没有扣除的") for taken in advice.warned]
    bounds = "".join(_bound(bound, said) for bound in advice.bounds)
    if advice.zoned:
        lines.append("宗地跨几个分区，各分区按自己的数值：建在哪一部分，就看哪一部分。")
        bounds = "".join(_zoned(part, said) for part in advice.zoned)
    lines += [f"{word}。" for word in advice.open]
    if advice.certain is not None:
        lines.append(_certain(advice, advice.certain, said))
        bounds += _certain_bounds(advice, advice.certain, said)
    if advice.undecided:
        lines.append(f"有 {len(advice.undecided)} 条规则的图层或数值未配置，没有参加扣除：实际可建范围可能更小。")
    said_lines = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        "<section><h2>这块地上怎样建</h2>"
        f'<div class="plan">{picture(said)}<div>{said_lines}</div></div>'
        f"<table><tr><th>最多</th><th>数值</th><th>由哪一条决定</th></tr>{bounds}</table></section>"
    )


def _certain(advice: Advice, certain: Advice, said: Answer) -> str:
    """What is left where the position error is taken off, and what to do about the rest."""
    error = said.subject.position_error_m
    off = [f"位置误差 {error:g} 米" if error else "", "边线的假定半宽" if _assumed(certain) else ""]
    why = "和".join(filter(None, off))
    if certain.permitted_m2 <= SLIVER_M2:
        return f"再扣除{why}，没有一处不到现场量就能肯定可以建房：请先到现场测量边线。"
    unset = len(set(certain.undecided) - set(advice.undecided))
    more = f"（误差所及之处，另有 {unset} 条规则的数值未配置，没有扣除）" if unset else ""
    return (
        f"再扣除{why}，肯定可以建房的部分 {_metres(certain.permitted_m2)} 平方米（图上深绿）{more}；"
        "浅绿的部分要到现场测量才能定。"
    )


def _assumed(certain: Advice) -> bool:
    return any(taken.assumed_m for taken in certain.taken)


def _certain_bounds(advice: Advice, certain: Advice, said: Answer) -> str:
    """The greatest values that are certain, where they are not the same as those of the plot as it is drawn."""
    other = [bound for bound in certain.bounds if bound not in advice.bounds]
    head = '<tr><th colspan="3">肯定可以建房的部分（图上深绿）</th></tr>' if other else ""
    return head + "".join(_bound(bound, said) for bound in other)


def _taken(taken: Taken, said: Answer, what: str) -> str:
    """What a clause takes, and how much of that no clause before it took."""
    clause = said.district.book.clauses[taken.clause]
    title = title_of(taken.rule, said.district.plan) or said.district.book.rule(taken.rule, said.on).title
    marks = "，".join(clause.marks(said.on))
    assumed = f"，边线按中心线加假定半宽 {taken.assumed_m:g} 米" if taken.assumed_m else ""
    before = taken.area_m2 - taken.added_m2
    again = ""
    if what == "扣除" and taken.added_m2 <= SLIVER_M2:
        again = "，前面已经全部扣过"
    elif what == "扣除" and before > SLIVER_M2:
        again = f"，其中 {_metres(before)} 平方米前面已经扣过，这一条另扣 {_metres(taken.added_m2)} 平方米"
    return f"{what} {_metres(taken.area_m2)} 平方米{again}：{title}（{clause.citation}，{marks}{assumed}）。"


def _added_up(advice: Advice) -> str:
    """The parts, so that anybody can add them up."""
    parts = [_metres(taken.added_m2) for taken in advice.taken if taken.added_m2 > SLIVER_M2]
    plot, left = _metres(advice.plot_m2), _metres(advice.permitted_m2)
    taken = _metres(advice.plot_m2 - advice.permitted_m2)
    summed = f"{' + '.join(parts)} = {taken}" if len(parts) > 1 else taken
    return f"重叠的只扣一次：共扣除 {summed} 平方米，{plot} − {taken} = {left} 平方米可以建房。"


def _metres(area_m2: float) -> str:
    """Square metres to a tenth, so that the parts add up as they are shown."""
    return f"{area_m2:.1f}".removesuffix(".0")


def _zoned(part: Zoned, said: Answer) -> str:
    """The rows of one zone, under its name."""
    name = f"{part.zone}{part.tier}" or "不在任何分区里（或未配置）"
    head = f"{name}：可以建房的部分 {shapely.area(part.permitted):.0f} 平方米"
    return f'<tr><th colspan="3">{escape(head)}</th></tr>' + "".join(_bound(bound, said) for bound in part.bounds)


def _bound(bound: Bound, said: Answer) -> str:
    if not bound.clause:
        by = f"{bound.how}的大小"
    else:
        clause = said.district.book.clauses[bound.clause]
        by = f"{clause.citation}（{'，'.join(clause.marks(said.on))}）{f'；{bound.how}' if bound.how else ''}"
    value = amount(bound.measure, bound.value)
    return f"<tr><td>{bound.measure.label}</td><td>{escape(value)}</td><td>{escape(by)}</td></tr>"


def _law(said_of: Iterable[Verdict | Ruling], said: Answer) -> str:
    """The words of the clauses that matter, once each."""
    book = said.district.book
    verdicts = [one for one in said_of if isinstance(one, Verdict)]
    named = dict.fromkeys(
        clause for verdict in verdicts for clause in (verdict.clause, *book.rule(verdict.rule, said.on).also)
    )
    if not named:
        return ""
    parts = []
    for name in named:
        clause = book.clauses[name]
        words = "".join(f"<p>{escape(line)}</p>" for line in clause.text.splitlines()) or "<p>（原文未见）</p>"
        parts.append(
            f"<b>{escape(clause.citation)}</b> <small>{escape(explained(clause, clause.marks(said.on)))}</small>{words}"
        )
    return f'<section class="law"><h2>条文</h2>{"".join(parts)}</section>'


def _foot(said: Answer) -> str:
    used = {mark for verdict in said.verdicts for mark in said.district.book.clauses[verdict.clause].marks(said.on)}
    marks = "；".join(f"{mark}：{meaning}" for mark, meaning in MARKS.items() if mark in used)
    remarks = "".join(f"{remark}。" for remark in said.remarks)
    return f"本单只供审批人员和农户参考，不是行政决定，也不是许可。{marks}。{remarks}"
