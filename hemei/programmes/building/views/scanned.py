"""What a telephone opens by scanning, without an account: whether a permit is true, how one's own application stands.

These pages work on old telephones: no scripts, no cookies, nothing to fill in.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hemei.core import signing
from hemei.core.models import Region
from hemei.core.queries.parameter import parameter
from hemei.engines.signed import BadCode
from hemei.field.scanned import for_anybody
from hemei.programmes.building.life import LIFE, OPEN_TO_RULES, STAGES
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.permits import of_number, on_notice
from hemei.programmes.building.queries.reviews import newest_anew
from hemei.programmes.building.views.printed import FOLLOW, village_of
from hemei.programmes.building.wording import next_step
from hemei.terms.day import today
from hemei.terms.region import Level

MOST_NOTICES = 200


@for_anybody
def check(request: HttpRequest, code: str) -> HttpResponse:
    """A permit, as it was approved and as it stands today."""
    try:
        said = signing.read(code)
    except BadCode:
        return render(request, "building/check.html", {"forged": True}, status=404)
    permit = of_number(str(said.get("k", "")))
    if permit is None or permit.code != code:
        return render(request, "building/check.html", {"forged": True}, status=404)
    context = {"said": said, "one": permit, "state": LIFE.by_key[permit.state].name, "today": today()}
    return render(request, "building/check.html", context)


@for_anybody
def notices(request: HttpRequest) -> HttpResponse:
    """What is on notice, where the district wants it on the web too; gone with its last day."""
    shown = [row for row in on_notice()[:MOST_NOTICES] if _on_the_web(row)]
    villages = dict(
        Region.objects.filter(code__in={row.region[: Level.VILLAGE] for row in shown}).values_list("code", "name")
    )
    context = {"rows": [(row, villages.get(row.region[: Level.VILLAGE], ""), village_of(row)) for row in shown]}
    response = render(request, "building/notices.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _on_the_web(permit: Permit) -> bool:
    return bool(parameter("building.notice.web", region=permit.region, on=today()).value == "是")


@for_anybody
def follow(request: HttpRequest, slip: str) -> HttpResponse:
    """How an application stands, for the household that holds the receipt."""
    by = signing.bearer(slip, verb=FOLLOW, of=Permit, seconds=None)
    rows = Permit.objects.select_related("household__head")
    permit = rows.filter(pk=by.holds[2]).first() if by and by.holds else None
    if permit is None:
        return render(request, "building/follow.html", {"unknown": True}, status=404)
    steps = list(permit.steps.order_by("pk"))
    entered = {step.to_state: step.at for step in steps if step.from_state != step.to_state}
    reached = STAGES.index(permit.state) if permit.state in STAGES else -1
    ended = LIFE.by_key[permit.state].ending
    context = {
        "one": permit,
        "state": LIFE.by_key[permit.state].name,
        "next": next_step(permit),
        "stages": [
            (LIFE.by_key[key].name, entered.get(key), (number < reached or ended) and key in entered, number == reached)
            for number, key in enumerate(STAGES)
        ],
        "last": next((step for step in reversed(steps) if step.verb in ("permit.return", "permit.refuse")), None),
        "village": village_of(permit),
        "anew": newest_anew(permit) if permit.state in OPEN_TO_RULES else None,
    }
    return render(request, "building/follow.html", context)
