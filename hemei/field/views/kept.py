"""The household's page where there is no signal: the page that stays on the phone, and what it sends."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemei.core.actions.check import Stored
from hemei.core.actions.door import TooMany
from hemei.core.errors import Conflict, Mistaken
from hemei.core.pictures import is_own
from hemei.field import kept
from hemei.field.doorstep import Doorstep, at_door
from hemei.field.offline import Unfit, photos_of, read_sent
from hemei.field.scanned import keeping

BUILT = ("built/door.js", "built/household.css")
SEVERAL = "built/several.js"  # what a form with a repeat needs beside
ICONS = {192: "field/icon-192.png", 512: "field/icon-512.png"}


@at_door
def frame(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """The same for a paired phone and for a stranger: it says nothing of the house or of what was reported."""
    return _frame(request, step, kept.kit(step))


def _frame(request: HttpRequest, step: Doorstep, kit: dict[str, Any]) -> HttpResponse:
    told = json.dumps(kit, ensure_ascii=False, separators=(",", ":"))
    return step.page(request, "kept", {"kit_json": told, "repeats": bool(step.read.repeats)})


@at_door
def worker(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """The script that keeps the page, for this door alone; whatever changes in the page makes it another one."""
    kit = kept.kit(step)
    drawings: list[str] = []
    own: list[str] = []
    for name, address in kit["pictures"].items():
        (own if is_own(name) else drawings).append(address)
    told = sha256(_frame(request, step, kit).content).hexdigest()
    door = sha256(step.token.encode()).hexdigest()[:12]
    built = (*BUILT, SEVERAL) if step.read.repeats else BUILT
    files = [*map(static, built), *filter(None, drawings)]
    home = step.address("plate")
    return keeping(
        request, f"door-{door}", page=step.address("kept"), files=files, told=told, beside=home, pictures=own
    )


@at_door
def manifest(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """What a phone needs to install the page: it opens at this door."""
    home = step.address("plate")
    icons = [{"src": static(name), "sizes": f"{n}x{n}", "type": "image/png"} for n, name in ICONS.items()]
    said = {
        "id": home,
        "name": f"{_('和美')} · {step.programme.title}",
        "short_name": str(step.programme.title),
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "lang": "en" if get_language() == "en" else "zh-Hans",
        "background_color": "#ffffff",
        "theme_color": "#17593a",
        "icons": icons,
    }
    return JsonResponse(said, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def _gone(_request: HttpRequest) -> HttpResponse:
    return _refused(_("这个门牌码不能用了，没有收下。请告诉村干部或网格员，换一块新的；急事请打电话。"), 404)


def _send(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """One report: stored before it is answered. What is held off for a while stays on the phone, and comes again."""
    if request.method != "POST":
        return HttpResponse(status=405)
    try:
        stored = kept.take_in(read_sent(request.POST.get("check", ""), photos_of(request)), step)
    except TooMany as held_off:
        return JsonResponse({"outcome": "later", "message": str(held_off.message)}, status=429)
    except Unfit as unfit:
        return _refused(str(unfit.message), 422, unfit.wrong)
    except Conflict as clash:
        return _refused(str(clash.message), 409)
    except Mistaken as wrong:
        return _refused(str(wrong.message), 422)
    return JsonResponse(
        {"outcome": "repeated" if stored.repeated else "stored", "message": _told(stored, step), "link": ""}
    )


send = at_door(_send, gone=_gone)


def _refused(message: str, status: int, wrong: object = None) -> HttpResponse:
    return JsonResponse({"outcome": "refused", "message": message, "wrong": wrong or {}}, status=status)


def _told(stored: Stored, step: Doorstep) -> str:
    """As on the page after a report, and first of all a danger that the phone could not tell by itself."""
    said = _shown(stored, step)
    return f"{step.programme.door.leave}{said}" if kept.untold(stored.check, step) else said


def _shown(stored: Stored, step: Doorstep) -> str:
    """A stranger is told no number."""
    if not stored.cases:
        return (
            _("记下了：一切正常。") if step.paired else _("村里看得到这条消息。这部手机还没有绑定，所以不算一次自查。")
        )
    if not step.paired:
        return _("村里会先打电话或者上门核实。")
    worst = max(stored.cases, key=lambda case: case.severity)
    return _("村里会来看，并告诉您怎么办。编号 %(n)d。") % {"n": worst.pk}
