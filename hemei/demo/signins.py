"""How one signs in to the demo: names and a password that everybody knows, and one door with its plate."""

from __future__ import annotations

from dataclasses import dataclass

from hemei.core.access import Scope
from hemei.core.models import Account
from hemei.core.queries.duty import duties
from hemei.core.queries.regions import regions
from hemei.core.roles import ROLES
from hemei.terms.day import today

PASSWORD = "hemei-demo-2026"
USERNAMES = {
    "village_officer": "village",
    "grid_worker": "grid",
    "township_officer": "township",
    "district_officer": "district",
    "inspector": "inspector",
    "appraiser": "appraiser",
    "administrator": "admin",
    "auditor": "auditor",
}
# The plate and indoor card of one house. A real plate has 128 random bits; this one anybody may know.
DOOR_TOKEN = "demodemodemodemodemodemo23"
CARD_CODE = "20261123"


@dataclass(frozen=True)
class SignIn:
    role: str
    username: str
    name: str
    place: str  # what the district calls it


def sign_ins() -> list[SignIn]:
    """The demo's accounts that have a password, in the order of USERNAMES; empty where there is no demo."""
    known = set(Account.objects.filter(is_demo=True, username__in=USERNAMES.values()).values_list("pk", flat=True))
    held = [duty for duty in duties(within=Scope.all(), on=today()) if duty.account_id in known]
    names = dict(regions(within=Scope.all()).values_list("code", "name"))
    order = list(USERNAMES.values())
    held.sort(key=lambda duty: order.index(duty.account.username))
    return [
        SignIn(str(ROLES[duty.role].name), duty.account.username, duty.account.name, names.get(duty.region, ""))
        for duty in held
    ]
