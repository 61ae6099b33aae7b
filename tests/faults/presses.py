"""What a process does until it is killed: each operation says what it begins and, once it ended, what is promised."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image

from hemei.core.access import SYSTEM, Actor, At, Scope, actor_of, scope_of
from hemei.core.actions import draw as drawing
from hemei.core.actions import formversion as forming
from hemei.core.actions.case import STEPS, Brought
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.checkbatch import submit_checks
from hemei.core.actions.erasure import erase_person
from hemei.core.actions.evidence import NewFile
from hemei.core.actions.export import leave_export, write_listing
from hemei.core.actions.person import unmask
from hemei.core.actions.register import folder as importing
from hemei.core.actions.seal import seal_pending
from hemei.core.models import Account, Case, Draw, ImportBatch, Person, Place, Region
from hemei.core.personal import encrypt
from hemei.core.queries.export import places_listing
from hemei.core.registry import registry
from hemei.core.worker import run, take_next
from hemei.engines.forms.plainwriting import as_plain
from hemei.programmes.control.actions.law import change_law, sample
from hemei.programmes.control.actions.layers import upload as upload_layer
from hemei.programmes.control.actions.layers import withdraw_layer
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.offering import NewLayer
from hemei.site.backup.making import make
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE
from tests.faults import collecting
from tests.faults.furnish import LEANS, PHONE

ROWS = 30  # of an imported register
CHANGE, MERGE, SPLIT = "change-", "merge-", "split-"  # what the batches of such tables are called by
GROUPS = ("一组", "二组")  # of a village that splits
BACKED_UP_BY = "群山之间有一座桥 2026"
CHEAP = 2**12  # of the backup's key
WIDE = "429999107"  # a township of villages that merge
STEEP = "429999109"  # and one of villages that split
Say = Callable[..., None]
Press = Callable[[Random, str, Say], Any]
HEADINGS = "原代码,新代码,变更类型,变更日期,依据文件,新名称,划分办法,划入范围"
CHANGES = 'district: "429999"\nregisters:\n  changes: {file: 变更.csv}\n'
LAYOUT = 'district: "429999"\ncrs: EPSG:4490\nregisters:\n  places: {file: 农房.csv, kind: house}\n'


def who(username: str) -> Actor:
    return actor_of(Account.objects.get(username=username))


def picture(rng: Random) -> NewFile:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), (rng.randrange(256), rng.randrange(256), rng.randrange(256))).save(out, "JPEG")
    return NewFile("现场.jpg", out.getvalue(), source="camera")


def answered(rng: Random, instance: str, *, leans: bool, photos: int) -> Answered:
    return Answered(
        instance_id=instance,
        form="houses.selfcheck",
        answers=LEANS if leans else {},
        at=timezone.now() - timedelta(seconds=rng.randrange(600)),
        channel="call",
        raw=f"{instance}:{leans}".encode(),
        files=[picture(rng) for _ in range(photos)],
    )


def submission(rng: Random, name: str, say: Say) -> None:
    """One self-check, with photos, that may open a case."""
    places = list(Place.objects.filter(region=VILLAGE).order_by("pk"))
    place, sent = rng.choice(places), answered(rng, name, leans=rng.random() < 0.5, photos=rng.randrange(3))
    say("begins", kind="check", instance=name, place=place.pk, leans=bool(sent.answers))
    stored = submit_check(place=place, answered=sent, by=who("grid"))
    photos = [hashlib.sha256(file.content).hexdigest() for file in sent.files]
    say("ended", kind="check", instance=name, digest=stored.check.digest, cases=len(stored.cases), photos=photos)


def collected(rng: Random, name: str, say: Say) -> None:
    """One self-check as ODK Collect sends it, in through the address that phones have."""
    places = list(Place.objects.filter(region=VILLAGE).order_by("pk").values_list("pk", flat=True))
    form = collecting.form(rng, name, rng.choice(places), settings.VAR)
    photos = {file: base64.b64encode(content).decode() for file, content in form.photos.items()}
    about = {"place": form.place, "version": form.version, "leans": form.leans, "photos": photos}
    say("begins", kind="collected", instance=name, **about)
    posted(form)
    say("ended", **form.promised)


def collected_again(begun: Mapping[str, Any]) -> None:
    """What was begun, sent once more by a phone that heard nothing."""
    photos = {file: base64.b64decode(content) for file, content in begun["photos"].items()}
    posted(collecting.Form(begun["instance"], begun["place"], begun["version"], begun["leans"], photos))


def posted(form: collecting.Form) -> None:
    kind = collecting.HEADERS["Content-Type"]
    client = Client(SERVER_NAME="localhost", headers=collecting.HEADERS)
    answer = client.post(collecting.address(settings.VAR), form.body, content_type=kind)
    assert answer.status_code == 201, answer.content.decode()


def batch(rng: Random, name: str, say: Say) -> None:
    """Many checks at once, some with findings."""
    places = list(Place.objects.filter(region=VILLAGE).order_by("pk"))
    sent = [(rng.choice(places).pk, answered(rng, f"{name}.{n}", leans=rng.random() < 0.2, photos=0)) for n in range(6)]
    by = who("grid")
    outcomes = submit_checks(sent=sent, by=by, within=scope_of(by, "place.view"))
    for outcome, (_place, one) in zip(outcomes, sent, strict=True):
        digest = hashlib.sha256(one.raw).hexdigest()
        say("ended", kind="check", instance=outcome.instance_id, digest=digest, cases=len(outcome.cases), photos=[])


def step(rng: Random, name: str, say: Say) -> None:
    """The next step of an open case, by somebody who may."""
    ways = {
        "assigned": ("case.contain", "case.remedy"),
        "found": ("case.remedy",),
        "contained": ("case.look_again", "case.remedy"),
        "returned": ("case.remedy",),
        "remedied": ("case.accept", "case.return"),
    }
    open_ones = list(Case.objects.filter(region=VILLAGE, state__in=ways).order_by("pk"))
    if not open_ones:
        submission(rng, name, say)
        return
    case = rng.choice(open_ones)
    verb = rng.choice(ways[case.state])
    by = who("district" if verb in ("case.accept", "case.return") else "grid")
    brought = Brought(at=timezone.now(), note=f"现场 {name}", files=[picture(rng)], remedy="demolish")
    say("begins", kind="step", case=case.pk, verb=verb, note=brought.note)
    taken = STEPS[verb](case=case, by=by, brought=brought)
    say("ended", kind="step", step=taken.pk, case=case.pk, verb=verb, note=brought.note, to=taken.to_state)


def draw(rng: Random, name: str, say: Say) -> None:
    """Freeze a frame, then draw by a seed, as on the day of the event."""
    plan = drawing.DrawPlan(
        name=name,
        matter="houses",
        region=DISTRICT,
        event="某日某期彩票",
        event_on=today() + timedelta(days=1),
        opens_on=today() + timedelta(days=2),
        ends=today() + timedelta(days=30),
        candidates=[drawing.Candidate(who("inspector").id)],  # type: ignore[arg-type]
        sizes={"429999103": 3},
    )
    held = drawing.freeze(where=At(DISTRICT, "houses"), plan=plan, by=SYSTEM)
    say("ended", kind="freeze", draw=held.pk, frame=held.frame_hash)
    drawing.today = lambda: today() + timedelta(days=1)
    try:
        held = drawing.hold(held=Draw.objects.get(pk=held.pk), seed=name, by=SYSTEM)
    finally:
        drawing.today = today
    say("ended", kind="hold", draw=held.pk, drawn=[one["code"] for one in held.drawn])


def register(rng: Random, name: str, say: Say) -> None:
    """A register uploaded, read by the worker, confirmed, and applied by the worker."""
    by, begun = who("admin"), upload(name)
    say("ended", kind="begin", batch=begun.pk)
    work_off()
    begun.refresh_from_db()
    if begun.state == "ready":
        importing.confirm(batch=begun, by=by)
        say("ended", kind="confirm", batch=begun.pk)
        work_off()
        say("ended", kind="apply", batch=begun.pk, state=ImportBatch.objects.get(pk=begun.pk).state)


def erasure(rng: Random, name: str, say: Say) -> None:
    """Somebody's name and numbers deleted."""
    person = Person.objects.create(name=name, region=VILLAGE, phone_masked="138******34", phone=encrypt(PHONE))
    erase_person(person=person, document=f"清理 {name}", by=SYSTEM)
    say("ended", kind="erase", person=person.pk)


def publishing(rng: Random, name: str, say: Say) -> None:
    """A form uploaded as the district edits it, and published."""
    form = registry.forms["houses.survey"]
    wanted, content = forming.about(form), as_plain(forming.with_sheet_of_findings(form))
    where, by, read = At(DISTRICT), who("district"), forming.reading_of(content, wanted)
    draft = forming.keep_draft(where=where, wanted=wanted, read=read, content=content, filename=f"{name}.xlsx", by=by)
    forming.publish(where=where, version=draft, starts=today(), by=by)
    say("ended", kind="publish", version=draft.pk)


def changed_by_table(title: str, rows: str, say: Say) -> None:
    """A mapping table of villages is uploaded, read, confirmed and applied."""
    begun = uploaded(title, "变更.csv", f"{HEADINGS}\n{rows}", CHANGES)
    work_off()
    begun.refresh_from_db()
    if begun.state == "ready":
        importing.confirm(batch=begun, by=who("admin"))
        work_off()
        say("ended", kind="apply", batch=begun.pk, state=ImportBatch.objects.get(pk=begun.pk).state)


def renaming(rng: Random, name: str, say: Say) -> None:
    """A village gets another code, by a mapping table that is uploaded, read, confirmed and applied."""
    number = 300 + 2 * Region.objects.filter(code__gte=f"{TOWNSHIP}300", code__lt=f"{TOWNSHIP}999").count()
    old, new = f"{TOWNSHIP}{number}", f"{TOWNSHIP}{number + 1}"
    Region.objects.create(code=old, name=f"{number}村", level=12)
    Place.objects.create(kind="house", label=name, region=old)
    row = f"{old},{new},更名,{today() - timedelta(days=1)},文 {number} 号,新{number}村,,\n"
    changed_by_table(f"{CHANGE}{name}", row, say)


def merging(rng: Random, name: str, say: Say) -> None:
    """Two villages become one, which is new, by such a table."""
    Region.objects.get_or_create(code=WIDE, defaults={"name": "宽坪镇", "level": 9})
    number = 100 + 3 * Region.objects.filter(code__startswith=WIDE, level=12).count()
    new, *old = (f"{WIDE}{number + n}" for n in range(3))
    rows = ""
    for n, code in enumerate(old):
        Region.objects.create(code=code, name=f"{code[-3:]}村", level=12)
        Place.objects.create(kind="house", label=f"{name}.{n}", region=code)
        rows += f"{code},{new},合并,{today() - timedelta(days=1)},文 {number} 号,新{number}村,,\n"
    changed_by_table(f"{MERGE}{name}", rows, say)


def splitting(rng: Random, name: str, say: Say) -> None:
    """A village of two groups becomes two, the second of them new, by such a table."""
    Region.objects.get_or_create(code=STEEP, defaults={"name": "陡坡镇", "level": 9})
    number = 100 + 10 * Region.objects.filter(code__startswith=STEEP, code__endswith="0", level=12).count()
    old, new = f"{STEEP}{number}", f"{STEEP}{number + 1}"
    Region.objects.create(code=old, name=f"{number}村", level=12, groups=[*GROUPS])
    for n in range(4):
        Place.objects.create(kind="house", label=f"{name}.{n}", region=old, group=GROUPS[n % 2])
    on = f"{today() - timedelta(days=1)},文 {number} 号"
    rows = f"{old},{new},拆分,{on},新{number}村,组,{GROUPS[1]}\n{old},{old},拆分,{on},,其余,\n"
    changed_by_table(f"{SPLIT}{name}", rows, say)


def law(rng: Random, name: str, say: Say) -> None:
    """The district's own rules changed, as the sample has them."""
    row = change_law(where=At(DISTRICT, "control"), entries=sample(), said=name, by=SYSTEM)
    say("ended", kind="law", law=row.pk, said=name)


def layer(rng: Random, name: str, say: Say) -> None:
    """A layer of forests uploaded and in force."""
    north = 31.5 + rng.uniform(0.001, 0.01)
    ring = [[110.5, 31.5], [110.51, 31.5], [110.51, north], [110.5, north], [110.5, 31.5]]
    forest = {"type": "Feature", "properties": {"n": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    content = json.dumps({"type": "FeatureCollection", "features": [forest]}).encode()
    about = NewLayer("forest_land", visibility="internal", publisher="林业局", starts=date(2020, 1, 1))
    row = upload_layer(where=At(DISTRICT, "control"), name=f"{name}.geojson", content=content, layer=about, by=SYSTEM)
    say("ended", kind="layer", layer=row.pk, sha256=hashlib.sha256(content).hexdigest())


def withdrawal(rng: Random, name: str, say: Say) -> None:
    """A layer that is in force no longer."""
    layer(rng, name, say)
    row = LayerVersion.objects.filter(withdrawn_on=None).latest("pk")
    withdraw_layer(layer=row, why=f"撤 {name}", by=SYSTEM)
    say("ended", kind="withdraw", layer=row.pk)


def unmasking(rng: Random, name: str, say: Say) -> None:
    """Somebody's whole number shown."""
    person = Person.objects.create(name=name, region=VILLAGE, phone_masked="138******34", phone=encrypt(PHONE))
    shown = unmask(person=person, by=SYSTEM)
    say("ended", kind="unmask", person=person.pk, phone=shown.phone)


def export(rng: Random, name: str, say: Say) -> None:
    """A list taken out as a file."""
    leave_export(where=At(VILLAGE), title=name, form="csv", filters={}, by=who("district"))
    houses, kind = Place.objects.filter(region=VILLAGE), registry.kinds["house"]
    folder = Path(settings.VAR) / "taken"
    folder.mkdir(exist_ok=True)
    write_listing(places_listing(houses, within=Scope.all(), kind=kind), "csv", folder / name)
    say("ended", kind="export", title=name)


def backing_up(rng: Random, name: str, say: Say) -> None:
    """Everything in one file."""
    folder = Path(settings.VAR) / "backups"
    folder.mkdir(exist_ok=True)
    digest, _faults = make(folder / f"{name}.hemei", BACKED_UP_BY, say=lambda _line: None, cost=CHEAP)
    say("ended", kind="backup", file=f"{name}.hemei", digest=digest)


def upload(name: str) -> ImportBatch:
    lines = [f"{VILLAGE},{name}-{n},{name} {n}号,{110.6 + n / 1000:.4f},31.6\n" for n in range(ROWS)]
    return uploaded(name, "农房.csv", "村代码,房屋编号,地址,经度,纬度\n" + "".join(lines), LAYOUT)


def uploaded(name: str, file: str, table: str, layout: str) -> ImportBatch:
    folder = Path(settings.VAR) / "imports" / name
    folder.mkdir(parents=True)
    (folder / file).write_text(table, "utf-8")
    (folder / "district.yaml").write_text(layout, "utf-8")
    return importing.begin_uploaded(address=f"imports/{name}", name=name, by=who("admin"))


def work_off() -> None:
    """What the worker beside the server does, here and now."""
    while job := take_next():
        run(job)


def sealing(rng: Random, name: str, say: Say) -> None:
    seal_pending()


KINDS: dict[str, tuple[Press, int]] = {
    "submission": (submission, 6),
    "collected": (collected, 6),
    "batch": (batch, 2),
    "step": (step, 6),
    "draw": (draw, 3),
    "register": (register, 5),
    "erasure": (erasure, 2),
    "publishing": (publishing, 1),
    "renaming": (renaming, 3),
    "merging": (merging, 2),
    "law": (law, 2),
    "layer": (layer, 2),
    "splitting": (splitting, 3),
    "withdrawal": (withdrawal, 2),
    "unmasking": (unmasking, 1),
    "export": (export, 1),
    "backing_up": (backing_up, 2),
    "sealing": (sealing, 1),
}


def press(rng: Random, name: str, say: Say) -> None:
    """One operation by chance."""
    kinds, weights = zip(*KINDS.values(), strict=True)
    rng.choices(kinds, weights)[0](rng, name, say)
