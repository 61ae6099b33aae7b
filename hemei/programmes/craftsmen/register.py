"""工匠名册: a clerk's workbook of craftsmen, each with the certificate and the last training it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register import persons
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.catalogue import Register
from hemei.core.actions.register.households import ID_NUMBER, PHONE, VILLAGE
from hemei.core.actions.register.judging import Desk, Judged, compared, judge_each, reach_of
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, choice, held_to, plain
from hemei.core.actions.register.staging import personal_of
from hemei.core.models import Person, RowOutcome, StagedRow
from hemei.engines.tables import BadCell, as_code, as_date, as_id_number, as_name, as_phone, as_yes_no
from hemei.programmes.craftsmen.levels import levels_of
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining, Trade
from hemei.terms.day import today

TRADES = dict(Trade.choices)
OWN = ("trade", "level", "lead", "team")
PAPER = ("number", "body", "issued_on", "valid_to")


def fields(sheet: Sheet) -> list[Field]:
    own = [
        Field("region", VILLAGE, as_code, needed=True),
        Field("name", (lazy("姓名"), "工匠姓名"), as_name, needed=True),
        Field("id_number", (lazy("身份证号"), *ID_NUMBER), as_id_number, personal=True),
        Field("phone", (lazy("联系电话"), *PHONE), as_phone, personal=True),
        Field("trade", (lazy("工种"), "工匠工种", "职业工种"), choice(TRADES), needed=True, choices=TRADES),
        Field("level", (lazy("技能等级"), "等级", "级别")),
        Field("lead", (lazy("带头工匠"), "是否带头工匠"), as_yes_no),
        Field("team", (lazy("班组"), "所在班组", "队伍")),
        Field("number", (lazy("证书编号"), "证书号", "培训证书编号"), as_code),
        Field("body", (lazy("发证机构"), "发证单位", "培训机构")),
        Field("issued_on", (lazy("发证日期"), "发证时间"), as_date),
        Field("valid_to", (lazy("有效期至"), "证书有效期", "有效期", "到期日期"), as_date),
        Field("trained_on", (lazy("最近培训日期"), "培训日期", "培训时间"), as_date),
    ]
    return held_to(own, Craftsman, Certificate, name=60, id_number=40, phone=30)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    may_keep = reach_of(desk.by, "craftsman.keep")
    known = _Known(lines, desk)

    def one(line: Line) -> Judged:
        said = line.values
        region = desk.village(said["region"], Craftsman.matter)
        if not may_keep.covers(region, Craftsman.matter):
            raise BadCell(_("您没有登记工匠的权限。"), _("请交给负责乡村工匠的乡镇或区级经办导入。"))
        _check_level(said, region)
        _check_paper(said)
        values = {"region": region} | {name: said[name] for name in OWN if name in said}
        values |= persons.described(said, said["name"])
        key = f"{region}|{values.get('id_fingerprint') or said['name']}"
        desk.once(f"craftsmen|{key}", line)
        paper = known.paper(said)
        if said.get("number"):
            desk.once(f"certificates|{said['body']}|{said['number']}", line)
            values |= {name: said[name] for name in PAPER}
        if "trained_on" in said:
            values["trained_on"] = said["trained_on"]
        personal = persons.private(said, keep_full_id=desk.sheet.keep_full_id)
        there = known.craftsman(values)
        if paper is not None and (there is None or paper.craftsman_id != there.pk):
            raise BadCell(
                _("%(body)s的证书 %(number)s 已登记在另一名工匠名下。") % said, _("请核对证书编号；确实写错的先注销。")
            )
        if there is None:
            person = known.persons.get(str(values.get("id_fingerprint", "")))
            return Judged(RowOutcome.NEW, key, values | {"of": person.pk if person else None}, personal)
        return _against(there, paper, key, values, personal, known)

    return judge_each(lines, one)


class _Known:
    """What is there of the people and papers that some rows speak of."""

    def __init__(self, lines: Sequence[Line], desk: Desk) -> None:
        told = [line.values for line in lines]
        prints = [persons.described(said, "").get("id_fingerprint", "") for said in told]
        self.persons = persons.by_fingerprint(prints, within=desk.within)
        named = {said["name"] for said in told if "name" in said}
        inside = desk.within.narrowed(desk.district).q(matter=None)
        rows = Craftsman.objects.filter(inside, person__name__in=named).select_related("person")
        numbered = Craftsman.objects.filter(inside, person__in=self.persons.values()).select_related("person")
        self.by_person = {one.person_id: one for one in numbered}
        self.by_name: dict[tuple[str, str], list[Craftsman]] = {}
        for one in rows:
            self.by_name.setdefault((one.region, one.person.name), []).append(one)
        numbers = {said["number"] for said in told if said.get("number")}
        papers = Certificate.objects.filter(number__in=numbers)
        self.papers = {(paper.body, paper.number): paper for paper in papers}
        theirs = EarlierTraining.objects.filter(craftsman__in=[*rows, *numbered])
        self.earlier = set(theirs.values_list("craftsman", "on"))

    def paper(self, said: Mapping[str, Any]) -> Certificate | None:
        return self.papers.get((said.get("body", ""), said.get("number", "")))

    def craftsman(self, values: Mapping[str, Any]) -> Craftsman | None:
        """Who a row speaks of: by the ID number, else by the name in the same village. Raises BadCell for two."""
        fingerprint = str(values.get("id_fingerprint", ""))
        if fingerprint and (person := self.persons.get(fingerprint)):
            return self.by_person.get(person.pk)
        named = self.by_name.get((values["region"], values["person"]), [])
        same = [one for one in named if not (fingerprint and one.person.id_fingerprint)]
        if len(same) > 1:
            raise BadCell(_("这个村有不止一名叫“%(name)s”的工匠。") % {"name": values["person"]}, _("请填写身份证号。"))
        return same[0] if same else None


def _check_level(said: Mapping[str, Any], region: str) -> None:
    named = levels_of(region)
    if named and said.get("level") and said["level"] not in named:
        raise BadCell(
            _("区里没有“%(level)s”这一等级。") % {"level": said["level"][:20]},
            _("请填写：%(named)s。") % {"named": "、".join(named)},
        )


def _check_paper(said: Mapping[str, Any]) -> None:
    """A certificate comes whole or not at all: without its last day nobody could say that it is valid."""
    missing = [name for name in PAPER if not said.get(name)]
    words = {"number": _("证书编号"), "body": _("发证机构"), "issued_on": _("发证日期"), "valid_to": _("有效期至")}
    if missing and len(missing) < len(PAPER):
        lacks = "、".join(words[name] for name in missing)
        raise BadCell(_("证书没有写全，缺：%(lacks)s。") % {"lacks": lacks}, _("请补全，或把证书几列都空着。"))
    if not missing and said["valid_to"] < said["issued_on"]:
        raise BadCell(_("有效期至早于发证日期。"), _("请核对两个日期。"))
    for name, word in (("issued_on", words["issued_on"]), ("trained_on", _("最近培训日期"))):
        if said.get(name) and date.fromisoformat(said[name]) > today():
            raise BadCell(_("%(what)s在将来。") % {"what": word}, _("请核对日期。"))


def _against(
    there: Craftsman,
    paper: Certificate | None,
    key: str,
    values: dict[str, Any],
    personal: dict[str, Any],
    known: _Known,
) -> Judged:
    now: dict[str, Any] = {"region": there.region} | {name: getattr(there, name) for name in OWN}
    now |= persons.as_known(there.person, personal)
    if paper is not None:
        now |= {name: plain(getattr(paper, name)) for name in PAPER}
        if any(values[name] != now[name] for name in ("issued_on", "valid_to")):
            raise BadCell(
                _("证书 %(number)s 已登记，日期与表里不同。") % values,
                _("登记过的证书不能改日期：写错的请在网页上注销，再登记正确的一本。"),
            )
    if (day := values.get("trained_on")) and (there.pk, date.fromisoformat(day)) in known.earlier:
        now["trained_on"] = day
    judged = compared(key, values, there.pk, now, personal=personal)
    if judged.values:
        fresh = bool(values.get("number")) and paper is None
        newly = "trained_on" in values and "trained_on" not in now
        judged.values |= {"of": there.person_id, "new_paper": fresh, "new_training": newly}
    return judged


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    bench.insert(Person, persons.COLUMNS)
    added = bench.insert(Craftsman, ["id", "region", "person_id", *OWN])
    bench.insert(Certificate, ["region", "craftsman_id", *PAPER, "recorded_at", "actor", "revoked_why"])
    bench.insert(EarlierTraining, ["region", "craftsman_id", "on", "body", "document", "recorded_at", "actor"])
    changed = bench.update(Craftsman, ["id", "region", *OWN])
    for row in rows:
        said, personal = row.values, personal_of(row)
        if row.outcome == RowOutcome.CHANGED:
            assert row.target is not None
            key = row.target
            persons.lay_change(bench, said["of"], said, personal)
            changed.add(key, said["region"], said.get("trade"), said.get("level"), said.get("lead"), said.get("team"))
            paper, training = said["new_paper"], said["new_training"]
        else:
            key = bench.key(Craftsman)
            person = said.get("of") or persons.lay_new(bench, said, personal, said["region"])
            own = said["trade"], said.get("level", ""), said.get("lead", False), said.get("team", "")
            added.add(key, said["region"], person, *own)
            paper, training = bool(said.get("number")), "trained_on" in said
        _lay_papers(bench, key, said, paper=paper, training=training)


def _lay_papers(bench: Bench, key: int, said: Mapping[str, Any], *, paper: bool, training: bool) -> None:
    by = str(bench.by)
    if paper:
        columns = ["region", "craftsman_id", *PAPER, "recorded_at", "actor", "revoked_why"]
        days = [date.fromisoformat(said[name]) for name in ("issued_on", "valid_to")]
        bench.insert(Certificate, columns).add(
            said["region"], key, said["number"], said["body"], *days, bench.now, by, ""
        )
    if training:
        columns = ["region", "craftsman_id", "on", "body", "document", "recorded_at", "actor"]
        day = date.fromisoformat(said["trained_on"])
        bench.insert(EarlierTraining, columns).add(said["region"], key, day, said.get("body", ""), "", bench.now, by)


register = Register(lazy("工匠名册"), fields, judge, lay)
