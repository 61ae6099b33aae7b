from hemei.programmes.building.models.anew import RuledAnew
from hemei.programmes.building.models.lead import Lead, Wrong
from hemei.programmes.building.models.pattern import Drawing, Pattern
from hemei.programmes.building.models.permit import Design, Fate, Land, Permit, PermitFile, PermitStep, Tri, Work
from hemei.programmes.building.models.relocation import RelocationStage, Stage
from hemei.programmes.building.models.review import OnSite, Opinion, SetAside, Visit
from hemei.programmes.building.models.stay import Stay
from hemei.programmes.building.models.style import Demonstration, Style
from hemei.programmes.building.models.workday import WorkDay

__all__ = [
    "Demonstration",
    "Design",
    "Drawing",
    "Fate",
    "Land",
    "Lead",
    "OnSite",
    "Opinion",
    "Pattern",
    "Permit",
    "PermitFile",
    "PermitStep",
    "RelocationStage",
    "RuledAnew",
    "SetAside",
    "Stage",
    "Stay",
    "Style",
    "Tri",
    "Visit",
    "Work",
    "WorkDay",
    "Wrong",
]
