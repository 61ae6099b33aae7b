from hemei.core.models.account import Account, Duty
from hemei.core.models.apikey import ApiKey
from hemei.core.models.audit import AuditEntry, AuditSeal
from hemei.core.models.case import SEVERITY_NAMES, Case, CaseStep
from hemei.core.models.check import Channel, Check, Finding, FormPicture, FormVersion, Tier
from hemei.core.models.collector import CollectorKey
from hemei.core.models.door import DoorToken, PairedPhone
from hemei.core.models.edit import Clash, PlaceEdit
from hemei.core.models.evidence import Evidence, EvidenceSource
from hemei.core.models.job import Job, JobState
from hemei.core.models.message import Message, MessageState
from hemei.core.models.ownform import FormUse, OwnForm
from hemei.core.models.parameter import Parameter
from hemei.core.models.person import Holding, HoldingRole, Household, HouseholdMember, Person
from hemei.core.models.place import Place, PlaceIdentifier, PlaceTally, PositionSource
from hemei.core.models.region import ChangeKind, Region, RegionChange, RegionMove
from hemei.core.models.register import (
    LEFT_LYING,
    BatchState,
    Decision,
    ImportBatch,
    RowOutcome,
    StagedRow,
    TableShape,
)
from hemei.core.models.round import Draw, DrawState, Due, Round, RoundState
from hemei.core.models.secondfactor import SecondFactor
from hemei.core.models.unit import Unit, UnitKind

__all__ = [
    "LEFT_LYING",
    "SEVERITY_NAMES",
    "Account",
    "ApiKey",
    "AuditEntry",
    "AuditSeal",
    "BatchState",
    "Case",
    "CaseStep",
    "ChangeKind",
    "Channel",
    "Check",
    "Clash",
    "CollectorKey",
    "Decision",
    "DoorToken",
    "Draw",
    "DrawState",
    "Due",
    "Duty",
    "Evidence",
    "EvidenceSource",
    "Finding",
    "FormPicture",
    "FormUse",
    "FormVersion",
    "Holding",
    "HoldingRole",
    "Household",
    "HouseholdMember",
    "ImportBatch",
    "Job",
    "JobState",
    "Message",
    "MessageState",
    "OwnForm",
    "PairedPhone",
    "Parameter",
    "Person",
    "Place",
    "PlaceEdit",
    "PlaceIdentifier",
    "PlaceTally",
    "PositionSource",
    "Region",
    "RegionChange",
    "RegionMove",
    "Round",
    "RoundState",
    "RowOutcome",
    "SecondFactor",
    "StagedRow",
    "TableShape",
    "Tier",
    "Unit",
    "UnitKind",
]
