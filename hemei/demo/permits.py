"""Building permits of the made-up district: one in every state, each taken there by the people whose work it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from hemei.core.access import SYSTEM, Actor, At, actor_of
from hemei.core.actions.case import Brought
from hemei.core.actions.evidence import NewFile
from hemei.core.models import Duty, Household, Place
from hemei.demo.pictures import picture
from hemei.demo.signins import USERNAMES
from hemei.programmes.building.actions.applying import Filed, apply
from hemei.programmes.building.actions.pattern import Entry, import_book
from hemei.programmes.building.actions.review import ask_set_aside, opine, settle_on_site, sign_set_aside, visit
from hemei.programmes.building.actions.steps import STEPS
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.standing import stood
from hemei.terms.day import SHANGHAI
from hemei.terms.region import Level
from hemei.terms.verdict import Outcome

PATH = ("agree", "publicise", "close_notice", "village_review", "town_review", "approve", "set_out", "start")
DAYS = (3, 5, 14, 16, 24, 29, 45, 48)
"""How many days after the application each step of the path is taken."""
ENDS: tuple[tuple[str, int, str], ...] = (
    ("rebuild", 0, ""),
    ("extend", 1, ""),
    ("storey", 2, ""),
    ("rebuild", 4, ""),
    ("rebuild", 4, ""),
    ("extend", 5, ""),
    ("rebuild", 6, ""),
    ("storey", 7, ""),
    ("rebuild", 8, ""),
    ("rebuild", 8, "accept"),
    ("extend", 8, "register"),
    ("rebuild", 4, "return"),
    ("extend", 4, "refuse"),
    ("rebuild", 2, "withdraw"),
    ("storey", 6, "lapse"),
)
"""Kind of work, how far along the path, and what came afterwards."""


class Clerks:
    """Whoever does what for one village: its officer, and two of its township."""

    def __init__(self, village: str, until: date) -> None:
        self.village = self._holding("village_officer", village)[0]
        self.first, self.second = self._holding("township_officer", village[: Level.TOWNSHIP])[:2]
        self.until = until

    @staticmethod
    def _holding(role: str, region: str) -> list[Actor]:
        rows = Duty.objects.filter(role=role, region=region).select_related("account").order_by("pk")
        return [actor_of(duty.account) for duty in rows]

    def by(self, verb: str) -> Actor:
        if verb in ("agree", "publicise", "close_notice", "village_review", "withdraw"):
            return self.village
        return self.second if verb in ("approve", "accept") else self.first


def write_patterns(district: str) -> None:
    """A pattern book of six invented plans, each drawn alike."""
    entries = []
    for style, roof, colour in (
        ("山地坡顶（演示）", "坡屋面，青灰", "#5F6B7A"),
        ("河谷院落（演示）", "坡屋面，赭红", "#8A5A44"),
    ):
        for number, (storeys, width, depth) in enumerate(((1, 11.0, 8.0), (2, 12.0, 8.0), (2, 11.0, 10.0))):
            footprint = width * depth
            entries.append(
                Entry(
                    {
                        "style": style,
                        "plan": f"演{style[0]}{number + 1}",
                        "title": f"{style[:2]}{number + 1}号户型",
                        "variant": ("带堂屋", "带农具间", "带客房")[number],
                        "storeys": storeys,
                        "footprint_m2": footprint,
                        "width_m": width,
                        "depth_m": depth,
                        "floor_area_m2": footprint * storeys,
                        "eaves_m": 3.2 * storeys,
                        "height_m": 3.2 * storeys + 2.2,
                        "structure": "砖混",
                        "roof": roof,
                        "roof_colour": colour,
                        "walls": "白墙，木色门窗",
                        "wall_colour": "#F2EFE6",
                        "cost": 1500 + 100 * storeys,
                        "plot_min_m2": footprint + 10,
                        "plot_max_m2": 200.0,
                        "zones": "",
                    },
                    ["演示.jpg"],
                )
            )
    import_book(where=At(district, Permit.matter), entries=entries, files=_shot("accept"), by=SYSTEM)


def write_permits(until: date) -> None:
    homes = list(_homes())
    for number, (work, far, then) in enumerate(ENDS):
        household, house = homes[number]
        days = (DAYS[far - 1] if far else 0) + (35 if then in ("accept", "register") else 2)
        _one(household, house, work, far, then, until - timedelta(days=days + number), until)


def _homes() -> Iterator[tuple[Household, Place]]:
    """Households with one house: first of the village and township whose officers can be signed in as, then others."""
    known = Duty.objects.filter(account__username=USERNAMES["village_officer"]).values_list("region", flat=True)[0]
    near = Household.objects.filter(region__startswith=known).order_by("pk")[:5]
    township = Household.objects.filter(region__startswith=known[: Level.TOWNSHIP]).order_by("-pk")[:12]
    others = Household.objects.exclude(region__startswith=known[: Level.TOWNSHIP]).order_by("pk")[::40]
    for household in dict.fromkeys([*near, *township, *others]):
        held = list(Place.objects.filter(holdings__household=household, holdings__ends=None, removed_on=None))
        if len(held) == 1 and household.head:
            yield household, held[0]


def _filed(house: Place, work: str, number: int) -> Filed:
    plot = 130.0 + 10 * (number % 4) if number % 5 else 216.0
    return Filed(
        work=work,
        reason="房屋老旧，人口增加（虚构）",
        address=house.address or house.label,
        bounds="东至村道，南至邻家，西至水沟，北至菜地",
        land="homestead",
        plot_m2=plot,
        footprint_m2=96.0,
        floor_area_m2=190.0,
        storeys=2,
        eaves_m=6.3,
        height_m=8.6,
        structure="砖混",
        roof="坡屋面，青灰",
        walls="白墙，木色门窗",
        design="pattern",
        design_by="图集二号户型（虚构）",
        old_place=house.pk,
        old_fate="demolish" if work == "rebuild" else "keep",
        forest="no",
        reserve="" if number % 3 else "no",
        lon=house.lon,
        lat=house.lat,
    )


def _shot(shows: str) -> Sequence[NewFile]:
    return [NewFile("演示.jpg", picture(shows), source="scan")]


def _one(household: Household, house: Place, work: str, far: int, then: str, began: date, until: date) -> None:
    clerks = Clerks(household.region[: Level.VILLAGE], until)
    permit = apply(
        where=At(household.region, Permit.matter),
        household=household,
        filed=_filed(house, work, household.pk),
        by=clerks.village,
        at=_hour(began),
        files=_shot("report"),
    )
    for verb, day in zip(PATH[:far], DAYS, strict=False):
        _before(permit, verb, clerks)
        _step(permit, verb, clerks, began + timedelta(days=day))
    if not then:
        return
    if then in ("accept", "register"):
        _finish(permit, clerks, until, then)
    else:
        _step(permit, then, clerks, until)


def _hour(day: date) -> datetime:
    return datetime.combine(day, time(9), SHANGHAI)


def _step(permit: Permit, verb: str, clerks: Clerks, day: date, **data: object) -> None:
    said = {**SAID.get(verb, {}), **data}
    if verb == "approve":
        said |= {"planning_number": f"演规{permit.pk:04d}", "land_number": f"演宅{permit.pk:04d}"}
    last = permit.steps.order_by("-pk")[0].at
    brought = Brought(
        at=max(min(_hour(min(day, clerks.until)), timezone.now()), last),
        note=NOTES.get(verb, ""),
        files=_shot("accept"),
        data=said,
    )
    STEPS[f"permit.{verb}"](permit=permit, by=clerks.by(verb), brought=brought)


SAID: dict[str, dict[str, object]] = {
    "agree": {"convened": "group", "entitled": 28, "present": 23, "in_favour": 22},
    "approve": {"planning_issuer": "演示规划主管部门（虚构）", "land_issuer": "演示镇人民政府（虚构）"},
    "refuse": {
        "clause": "《中华人民共和国土地管理法》第六十二条",
        "document": "演示不批〔2026〕1号",
        "appeal": "六十日内向区人民政府申请复议（演示）",
    },
    "lapse": {"document": "演示通知〔2026〕2号"},
    "set_out": {"firm": "岚溪农房建设有限公司（虚构）"},
}
NOTES = {
    "village_review": "材料属实，四邻没有意见。",
    "town_review": "各部门意见已齐。",
    "approve": "外墙、屋面按批准的颜色。",
    "return": "四至和宗地图对不上，请重新丈量。",
    "refuse": "占地超过标准，又没有搁置的理由。",
    "withdraw": "家里改主意，暂时不建。",
    "lapse": "批准以后一直没有开工，农户书面说明不建了。",
    "inspect": "按图施工，钢筋、构造柱已看。",
    "accept": "基底比批准的多 2.5 平方米，在墙体装饰层，同意。",
}


def _before(permit: Permit, verb: str, clerks: Clerks) -> None:
    """What has to be there before a step: visits, opinions, what was found on site, what two set aside."""
    day = permit.filed_at.date()
    kinds = listed_in("visits", region=permit.region, on=day)
    if verb == "town_review":
        for office in listed_in("offices", region=permit.region, on=day):
            opine(permit=permit, office=office, said="agrees", note="", by=clerks.first)
        _visit(permit, kinds[0], clerks)
    elif verb == "approve":
        _open_gates(permit, clerks)
    elif verb == "set_out":
        _visit(permit, kinds[1], clerks)


def _visit(permit: Permit, kind: str, clerks: Clerks) -> None:
    visit(
        permit=permit,
        kind=kind,
        on=permit.since,
        people="镇经办、村负责人、户主",
        found="四至清楚，和申请一致。",
        by=clerks.first,
        files=_shot("accept"),
    )


def _open_gates(permit: Permit, clerks: Clerks) -> None:
    for one in stood(permit, before="permit.approve"):
        gate = one.passage.gate.id
        if not one.blocks:
            continue
        if one.outcome is Outcome.UNKNOWN:
            settle_on_site(permit=permit, gate=gate, outcome="pass", note="到场看过、量过。", by=clerks.first)
            continue
        document, reason = "演示纪要〔2026〕3号", "原宅基地就是这么大，地形所限（虚构）"
        ask_set_aside(permit=permit, gate=gate, document=document, reason=reason, by=clerks.first)
        sign_set_aside(permit=permit, gate=gate, by=clerks.second)


def _finish(permit: Permit, clerks: Clerks, until: date, then: str) -> None:
    for number, stage in enumerate(listed_in("stages", region=permit.region, on=until)):
        _step(permit, "inspect", clerks, permit.since + timedelta(days=8 * number + 2), stage=stage)
    _visit(permit, listed_in("visits", region=permit.region, on=until)[-1], clerks)
    names = ("plot_m2", "footprint_m2", "floor_area_m2", "storeys", "eaves_m", "height_m", "structure", "roof", "walls")
    built = {name: getattr(permit, name) for name in names} | {"footprint_m2": 98.5}
    _step(permit, "accept", clerks, until, as_built=built)
    if then == "register":
        _step(permit, "register", clerks, until)
