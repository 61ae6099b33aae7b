"""What a look at a house can show to be wrong. The levels are ours: the household's answers never make a grade.

A self-check answers yes, no or unsure; a survey or patrol grades each sign none, slight, obvious or severe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _

from hemei.engines.forms import Form
from hemei.terms.finding import Answers, FindingKind, Severity, Text

LEAVE = _("人员立即撤离，设置警戒，停止使用，尽快鉴定")
LOOK = _("村里上门查看，确定整治办法和期限")
STOP = _("停止使用，人员撤离，按期鉴定")
WATCH = _("记录现状，观察维修，下次查看时对比")

BADLY = frozenset({"yes", "severe"})
CLEARLY = frozenset({"yes", "obvious", "severe"})
OBVIOUSLY = frozenset({"obvious"})


def shows(*signs: str, how: frozenset[str] = CLEARLY) -> Callable[[Answers], bool]:
    """Whether any of the signs is answered that badly."""
    return lambda answers: not how.isdisjoint(map(answers.get, signs))


def _grows(answers: Answers) -> bool:
    return answers.get("crack_growing") == "yes" and answers.get("wall_crack") != "none"


def _ground(answers: Answers) -> bool:
    return answers.get("ground_crack") == "obvious" or shows("settlement")(answers)


def _cracked(answers: Answers) -> bool:
    return shows("wall_crack")(answers) and not _grows(answers)


def _roof(answers: Answers) -> bool:
    return answers.get("roof_sag") == "obvious" or shows("roof_leak")(answers)


def _judged(how: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get("first_judgement") == how


def _altered(answers: Answers) -> bool:
    """In a self-check any change; in a survey one that touches what carries the house."""
    if answers.get("altered") != "yes":
        return False
    what = answers.get("alteration")
    return what is None or bool({"added_storey", "cellar", "wall_cut"} & set(what))


def _told(answers: Answers) -> bool:
    """A household says something that no sign covers; a survey's or patrol's words stand beside a judgement."""
    if "first_judgement" in answers or any(answers.get(sign) in ("yes", "unsure") for sign in ASKED):
        return False
    return bool(answers.get("remark") or answers.get("photo"))


GRADED = (
    "ground_crack",
    "settlement",
    "wall_leaning",
    "corner_gap",
    "wall_crack",
    "wall_erosion",
    "beam_rot",
    "beam_sag",
    "joint_pulled",
    "concrete_crack",
    "floor_slab",
    "roof_sag",
    "roof_leak",
    "enclosure_wall",
)
ASKED = (*GRADED, "door_stuck", "electricity", "altered", "crack_growing")


def _kind(severity: Severity, usual: Text) -> Callable[..., FindingKind]:
    """Declares findings of one severity."""

    def declare(
        number: int,
        title: Text,
        applies: Callable[[Answers], bool],
        *,
        remedy: Text = usual,
        due_from: str = "",
    ) -> FindingKind:
        return FindingKind(f"houses.F{number:02d}", severity, title, remedy, applies, due_from=due_from)

    return declare


urgent, serious, routine = _kind(Severity.URGENT, LEAVE), _kind(Severity.SERIOUS, LOOK), _kind(Severity.ROUTINE, WATCH)

FINDINGS = [
    urgent(1, _("地面、山坡开裂、下沉或滑动"), shows("ground_crack", how=BADLY)),
    urgent(2, _("墙体裂缝仍在发展"), _grows),
    urgent(3, _("墙、柱歪斜鼓出或墙角脱开"), shows("wall_leaning", "corner_gap", how=BADLY)),
    urgent(4, _("屋顶下塌"), shows("roof_sag", how=BADLY)),
    urgent(5, _("初判存在严重安全隐患"), _judged("severe"), remedy=STOP, due_from="appraise_by"),
    serious(11, _("地基沉降或地面开裂"), _ground),
    serious(12, _("墙体裂缝"), _cracked),
    serious(13, _("墙体轻度歪斜或墙角开裂"), shows("wall_leaning", "corner_gap", how=OBVIOUSLY)),
    serious(14, _("木构件腐朽、下弯或松脱"), shows("beam_rot", "beam_sag", "joint_pulled")),
    serious(15, _("屋面下陷、缺瓦漏雨"), _roof),
    serious(16, _("楼板或混凝土构件损坏"), shows("floor_slab", "concrete_crack")),
    serious(17, _("门窗突然变形"), shows("door_stuck")),
    serious(18, _("擅自改建、加层或拆墙"), _altered),
    serious(19, _("用电、用气、用火隐患"), shows("electricity"), remedy=_("当场断电断气，通知整改")),
    serious(20, _("围护墙松动或墙体风化"), shows("enclosure_wall", "wall_erosion")),
    serious(21, _("初判存在一定安全隐患"), _judged("some"), remedy=_("限制使用，按期鉴定或维修")),
    routine(31, _("轻微损坏"), shows(*GRADED, how=frozenset({"slight"}))),
    routine(32, _("农户拿不准，需上门看"), shows(*ASKED, how=frozenset({"unsure"})), remedy=_("网格员三日内上门查看")),
    routine(33, _("农户反映的其他情况"), _told, remedy=_("网格员三日内上门查看")),
]


def _when(form: Form, signs: Iterable[str], how: Iterable[str]) -> str:
    """That a sign of the form is answered so, as far as the form has such signs and answers."""
    asked = [form.by_name[sign] for sign in signs if sign in form.by_name]
    ways = [f"${{{q.name}}} = '{choice.name}'" for q in asked for choice in q.choices if choice.name in how]
    return " or ".join(ways)


def rules(form: Form) -> dict[str, str]:
    """Finding → the same that FINDINGS asks of the answers to this form, as XLSForm says it.

    For whoever edits the form: its workbook carries them, and a version in which one cannot be told is refused.
    """
    signs = {
        1: (("ground_crack",), BADLY),
        3: (("wall_leaning", "corner_gap"), BADLY),
        4: (("roof_sag",), BADLY),
        5: (("first_judgement",), {"severe"}),
        13: (("wall_leaning", "corner_gap"), OBVIOUSLY),
        14: (("beam_rot", "beam_sag", "joint_pulled"), CLEARLY),
        16: (("floor_slab", "concrete_crack"), CLEARLY),
        17: (("door_stuck",), CLEARLY),
        19: (("electricity",), CLEARLY),
        20: (("enclosure_wall", "wall_erosion"), CLEARLY),
        21: (("first_judgement",), {"some"}),
        31: (GRADED, {"slight"}),
        32: (ASKED, {"unsure"}),
    }
    said = {number: _when(form, *asked) for number, asked in signs.items()}
    settled = _when(form, ("settlement",), CLEARLY)
    said[11] = " or ".join(filter(None, (_when(form, ("ground_crack",), OBVIOUSLY), settled)))
    said[15] = " or ".join(filter(None, (_when(form, ("roof_sag",), OBVIOUSLY), _when(form, ("roof_leak",), CLEARLY))))
    cracked, growing = _when(form, ("wall_crack",), CLEARLY), _when(form, ("crack_growing",), {"yes"})
    said[2] = _both(growing, _but(_when(form, ("wall_crack",), {"none"})))
    said[12] = _both(cracked, _but(said[2]))
    said[18] = _both(_when(form, ("altered",), {"yes"}), _weighty(form))
    said[33] = _both(_told_in(form), _but(_when(form, ASKED, {"yes", "unsure"})))
    return {f"houses.F{number:02d}": text for number, text in sorted(said.items()) if text}


def _both(first: str, second: str) -> str:
    return f"({first}) and {second}" if first and second else first


def _but(text: str) -> str:
    return f"not({text})" if text else ""


def _weighty(form: Form) -> str:
    """An alteration that touches what carries the house; where nobody said which, any."""
    if "alteration" not in form.by_name:
        return ""
    chosen = sorted({"added_storey", "cellar", "wall_cut"} & form.by_name["alteration"].choice_names)
    return "(${alteration} = ''" + "".join(f" or selected(${{alteration}}, '{name}')" for name in chosen) + ")"


def _told_in(form: Form) -> str:
    """The household's own words, where the form asks for no judgement."""
    if "first_judgement" in form.by_name:
        return ""
    return " or ".join(f"${{{name}}} != ''" for name in ("remark", "photo") if name in form.by_name)
