"""The way round the staff pages: what one does every day stands in the open, the rest in two menus."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Actor, scope_of
from hemei.core.registry import registry

PLANNING, RUNNING = gettext_lazy("检查安排"), gettext_lazy("管理")
# Label, name of its address, the right without which it is hidden, its menu. The first four stand on a phone's bar.
PAGES: tuple[tuple[str | Promise, str, str, str | Promise], ...] = (
    (gettext_lazy("今天"), "office:today", "", ""),
    (gettext_lazy("隐患"), "office:cases", "case.view", ""),
    ("", "office:places", "place.view", ""),  # called by what the district registers
    (gettext_lazy("待查"), "field:dues", "place.view", ""),
    (gettext_lazy("清零"), "office:zero", "case.view", ""),
    (gettext_lazy("地图"), "map", "place.view", ""),
    (gettext_lazy("轮次"), "office:rounds", "round.view", PLANNING),
    (gettext_lazy("随机抽查"), "office:draws", "draw.view", PLANNING),
    (gettext_lazy("门牌码"), "field:plates", "door.issue", PLANNING),
    (gettext_lazy("导入台账"), "office:imports", "register.import", RUNNING),
    (gettext_lazy("自备表格"), "office:own_forms", "register.export", RUNNING),
    (gettext_lazy("检查表"), "office:forms", "form.edit", RUNNING),
    (gettext_lazy("单位和人员"), "office:units", "unit.view", RUNNING),
    (gettext_lazy("参数"), "office:parameters", "region.view", RUNNING),
    (gettext_lazy("通知"), "office:messages", "case.assign", RUNNING),
    (gettext_lazy("审计"), "office:audit", "audit.view", RUNNING),
    (gettext_lazy("后台任务"), "office:jobs", "job.view", RUNNING),
)

# What stands outside the address of the page from which one comes to it.
BELOW = {
    "/office/dues/": "office:rounds",
    "/office/duties/": "office:units",
    "/office/form-versions/": "office:forms",
}


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    active: bool


@dataclass(frozen=True)
class Menu:
    """What stands together under one word; without a word its links stand in the open."""

    label: str
    links: list[Link]

    @property
    def active(self) -> bool:
        return any(link.active for link in self.links)


def navigation(actor: Actor, path: str) -> list[Menu]:
    """The pages this person may open, those in the open first."""
    found = _pages(actor)
    path = next((reverse(name) for start, name in BELOW.items() if path.startswith(start)), path)
    first = reverse("office:today")  # begins the address of most others, so that it is meant only by itself
    shown = max(
        (url for *_rest, url in found if path.startswith(url) and (url != first or path == first)), key=len, default=""
    )
    return [
        Menu(menu, [Link(label, url, url == shown) for _menu, label, url in rows])
        for menu, rows in groupby(found, key=lambda row: row[0])
    ]


def _pages(actor: Actor) -> list[tuple[str, str, str]]:
    """Menu, label and address of each page."""
    found = []
    for label, name, verb, menu in PAGES:
        if verb and not scope_of(actor, verb):
            continue
        try:
            found.append((str(menu), str(label) or _places(), reverse(name)))
        except NoReverseMatch:  # a page of a door that is not installed
            continue
    for programme in registry.programmes.values():
        address = f"/{programme.key}/"
        if _answers(address) and scope_of(actor, programme.right, programme.key):
            found.append(("", str(programme.title), address))
    return sorted(found, key=lambda row: row[0] != "")  # keeps the order within each menu


def _places() -> str:
    kinds = list(registry.kinds.values())
    return str(kinds[0].title) if len(kinds) == 1 else _("台账")


def _answers(address: str) -> bool:
    """Whether a programme has a first page of its own."""
    try:
        resolve(address)
    except Resolver404:
        return False
    return True
