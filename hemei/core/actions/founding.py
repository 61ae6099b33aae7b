"""What a district has before its first day here, many rows at once: regions, units, people, plates, past rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hemei.core import personal
from hemei.core.access import Actor, At
from hemei.core.actions.bulk import CHUNK, leave_entry
from hemei.core.actions.evidence import NewFile, media_type
from hemei.core.files import Received
from hemei.core.inserting import insert_rows
from hemei.core.models import (
    Account,
    CaseStep,
    DoorToken,
    Draw,
    Due,
    Duty,
    Evidence,
    PairedPhone,
    Region,
    Round,
    RoundState,
    Unit,
)
from hemei.core.writing import action
from hemei.terms.personal import mask_phone


@dataclass(frozen=True)
class NewRegion:
    code: str
    name: str
    boundary: bytes | None = None  # WKB, EPSG:4490
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class NewUnit:
    name: str
    kind: str
    region: str


@dataclass(frozen=True)
class NewColleague:
    """An account and the one duty it begins with. Without a password nobody can sign in with it."""

    username: str
    name: str
    role: str
    region: str
    unit: int
    starts: date
    phone: str = ""
    password: str = ""
    is_demo: bool = False


@dataclass(frozen=True)
class NewDoor:
    """A plate already on a door, and whether the household's phone is paired with it. Only hashes come here."""

    place: int
    region: str
    token_hash: str
    card_hash: str
    issued_at: datetime
    phone_hash: str = ""


@dataclass(frozen=True)
class PastDue:
    place: int
    region: str
    due_on: date
    account: int | None = None
    unit: int | None = None
    check: int | None = None
    done_at: datetime | None = None


@dataclass(frozen=True)
class PastRound:
    """A round that was run, with its dues; `draw` are the columns of the draw it came from."""

    matter: str
    tier: str
    name: str
    starts: date
    ends: date
    state: RoundState
    dues: Sequence[PastDue]
    published_at: datetime
    reason: str = ""
    minutes_each: int = 20
    draw: Mapping[str, Any] = field(default_factory=dict)


@action(verb="register.import", on="where")
def add_regions(*, where: At, rows: Sequence[NewRegion], by: Actor) -> None:
    Region.objects.bulk_create(
        [
            Region(code=row.code, name=row.name, level=len(row.code), boundary=row.boundary, lon=row.lon, lat=row.lat)
            for row in rows
        ],
        batch_size=CHUNK,
    )
    leave_entry(by, "register.regions", where, [[row.code, row.name] for row in rows])


@action(verb="unit.edit", on="where")
def add_units(*, where: At, rows: Sequence[NewUnit], by: Actor) -> list[int]:
    """Units, their seals named as they are; returns their ids in the order of the rows."""
    units = [Unit(name=row.name, seal_name=row.name, kind=row.kind, region=row.region) for row in rows]
    Unit.objects.bulk_create(units, batch_size=CHUNK)
    leave_entry(by, "register.units", where, [[row.name, row.kind, row.region] for row in rows])
    return [unit.pk for unit in units]


@action(verb="unit.edit", on="where")
def engage(*, where: At, rows: Sequence[NewColleague], by: Actor) -> list[int]:
    """Accounts with their duties in every matter; returns the accounts' ids in the order of the rows."""
    accounts = []
    for row in rows:
        account = Account(
            username=row.username,
            name=row.name,
            phone=personal.encrypt(row.phone),
            phone_masked=mask_phone(row.phone),
            is_demo=row.is_demo,
        )
        account.set_password(row.password or None)
        accounts.append(account)
    Account.objects.bulk_create(accounts, batch_size=CHUNK)
    Duty.objects.bulk_create(
        [
            Duty(account=account, unit_id=row.unit, role=row.role, matter="*", region=row.region, starts=row.starts)
            for account, row in zip(accounts, rows, strict=True)
        ],
        batch_size=CHUNK,
    )
    leave_entry(by, "register.people", where, [[row.username, row.role, row.region] for row in rows])
    return [account.pk for account in accounts]


@action(verb="door.issue", on="where")
def add_doors(*, where: At, rows: Sequence[NewDoor], by: Actor) -> list[tuple[int, int | None]]:
    """Plates and paired phones; returns the id of each door and of its phone, in the order of the rows."""
    doors = [
        DoorToken(
            place_id=row.place,
            region=row.region,
            token_hash=row.token_hash,
            card_hash=row.card_hash,
            issued_at=row.issued_at,
        )
        for row in rows
    ]
    DoorToken.objects.bulk_create(doors, batch_size=CHUNK)
    phones = [
        PairedPhone(door=door, secret_hash=row.phone_hash, paired_at=row.issued_at) if row.phone_hash else None
        for door, row in zip(doors, rows, strict=True)
    ]
    PairedPhone.objects.bulk_create([phone for phone in phones if phone], batch_size=CHUNK)
    leave_entry(by, "register.doors", where, [[row.place, row.token_hash] for row in rows])
    return [(door.pk, phone.pk if phone else None) for door, phone in zip(doors, phones, strict=True)]


@action(verb="round.plan", on="where")
def add_rounds(*, where: At, rows: Sequence[PastRound], by: Actor) -> list[int]:
    """Rounds with what was owed and what was done; returns their ids in the order of the rows."""
    rounds = []
    for row in rows:
        turn = Round.objects.create(
            matter=row.matter,
            tier=row.tier,
            name=row.name,
            region=where.region,
            starts=row.starts,
            ends=row.ends,
            state=row.state,
            reason=row.reason,
            minutes_each=row.minutes_each,
            published_at=row.published_at,
        )
        insert_rows(
            Due,
            ("round_id", "place_id", "region", "due_on", "unit_id", "account_id", "check_made_id", "done_at"),
            (
                (turn.pk, due.place, due.region, due.due_on, due.unit, due.account, due.check, due.done_at)
                for due in row.dues
            ),
        )
        if row.draw:
            Draw.objects.create(round=turn, region=where.region, **row.draw)
        rounds.append(turn.pk)
    leave_entry(by, "register.rounds", where, [[row.name, row.tier, len(row.dues)] for row in rows])
    return rounds


@action(verb="register.import", on="where")
def add_evidence(*, where: At, rows: Sequence[tuple[CaseStep, NewFile]], by: Actor) -> None:
    """Files that came with steps taken in the past. The same content is stored once."""
    known: dict[bytes | Received, tuple[str, str]] = {}
    evidence = []
    for step, file in rows:
        if file.content not in known:
            known[file.content] = (media_type(file), file.store())
        kind, digest = known[file.content]
        evidence.append(
            Evidence(
                sha256=digest,
                name=file.name,
                media_type=kind,
                size=file.size,
                source=file.source,
                device_at=file.device_at,
                recorded_at=step.recorded_at,
                lon=file.lon,
                lat=file.lat,
                accuracy_m=file.accuracy_m,
                region=step.case.region,
                place_id=step.case.place_id,
                step=step,
                actor=step.actor,
            )
        )
    Evidence.objects.bulk_create(evidence, batch_size=CHUNK)
    leave_entry(by, "register.evidence", where, [[row.sha256, row.step_id] for row in evidence])
