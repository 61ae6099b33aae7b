"""Craftsmen of the made-up district: their papers, their training, and the sites they work on. All invented."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import numpy as np
from django.utils import timezone

from hemei.core.access import SYSTEM, At
from hemei.core.actions.place import put_on_map
from hemei.core.errors import Mistaken
from hemei.core.models import Person
from hemei.core.personal import encrypt
from hemei.demo.district import District
from hemei.demo.names import FAMILY, GIVEN
from hemei.programmes.craftsmen.actions.people import Paper, issue_card, record_certificate
from hemei.programmes.craftsmen.actions.training import Lesson, attend, plan_session
from hemei.programmes.craftsmen.actions.worksite import NewSite, Said, finish_site, open_site, post, rate
from hemei.programmes.craftsmen.models import Arrival, Craftsman, EarlierTraining, LessonKind, Sort, Trade
from hemei.terms.day import SHANGHAI
from hemei.terms.personal import mask_phone
from hemei.terms.region import Level

A_CRAFTSMAN_IN = 150  # households
BODY = "岚溪建筑培训学校（虚构）"
LEVELS = ("", "", "五级", "四级", "三级")
LESSONS = ("识图与放线", "抗震构造与砌筑", "风貌与屋面做法", "用电与高处作业安全")
WORKS = ("便民桥", "公厕改造", "村道挡墙", "文化广场")


def write_craftsmen(district: District, until: date) -> None:
    rng = np.random.default_rng(until.toordinal())
    villages = sorted(district.names_at(Level.VILLAGE))
    crew = _crew(district, villages, until, rng)
    _training(sorted(district.names_at(Level.TOWNSHIP)), crew, until, rng)
    _sites(district, villages, crew, until, rng)


def _crew(district: District, villages: Sequence[str], until: date, rng: np.random.Generator) -> list[Craftsman]:
    made = []
    for number in range(max(12, len(district.households.head) // A_CRAFTSMAN_IN)):
        first, second = GIVEN[("man", bool(rng.random() < 0.5))]
        name = FAMILY[int(rng.integers(len(FAMILY)))] + str(rng.choice(list(first))) + str(rng.choice(list(second)))
        region, phone = str(rng.choice(villages)), f"1380000{number:04d}"
        person = Person.objects.create(
            name=name, region=region, phone=encrypt(phone), phone_masked=mask_phone(phone), id_last4=f"{number:04d}"
        )
        one = Craftsman.objects.create(
            person=person,
            region=region,
            trade=str(rng.choice([Trade.MASON, Trade.MASON, *Trade.values[1:4]])),
            level=str(rng.choice(LEVELS)),
            lead=bool(rng.random() < 0.2),
            team=f"{name[0]}家班" if rng.random() < 0.6 else "",
        )
        _papers(one, number, until, rng)
        made.append(one)
    return made


def _papers(one: Craftsman, number: int, until: date, rng: np.random.Generator) -> None:
    """Most have a certificate of the last two years; some let it run out, some have none."""
    if rng.random() < 0.1:
        return
    issued = until - timedelta(days=int(rng.integers(20, 900)))
    paper = Paper(BODY, f"演{issued.year}-{number:04d}", issued, issued + timedelta(days=3 * 365 - 250))
    record_certificate(craftsman=one, paper=paper, by=SYSTEM)
    EarlierTraining.objects.create(
        craftsman=one, region=one.region, on=issued, body=BODY, recorded_at=timezone.now(), actor=str(SYSTEM)
    )


def _training(townships: Sequence[str], crew: Sequence[Craftsman], until: date, rng: np.random.Generator) -> None:
    for number, region in enumerate(townships):
        near = [one for one in crew if one.region.startswith(region)]
        for n, kind in enumerate(LessonKind.values):
            day = until - timedelta(days=10 * (number + 1) + n)
            starts = datetime.combine(day, time(9), SHANGHAI)
            title = LESSONS[(number + n) % len(LESSONS)]
            lesson = Lesson(title, kind, "镇文化站", starts, starts + timedelta(hours=3), "镇里请的老师")
            held = plan_session(where=At(region, Craftsman.matter), lesson=lesson, by=SYSTEM)
            for one in near:
                if rng.random() < 0.8:
                    attend(session=held, craftsman=one, how=Arrival.SCAN, at=starts, by=SYSTEM)


def _sites(
    district: District, villages: Sequence[str], crew: Sequence[Craftsman], until: date, rng: np.random.Generator
) -> None:
    """Some houses and public works, each with a few who have a card; the older ones finished, most of those rated."""
    carded = []
    for one in crew:
        with suppress(Mistaken):  # without papers in date there is no card
            carded.append((one, issue_card(craftsman=one, by=SYSTEM)))
    for number in range(max(4, len(crew) // 3)):
        village = str(rng.choice(villages))
        house = rng.random() < 0.7
        what = "新建房" if house else WORKS[number % len(WORKS)]
        label = f"{district.names_at(Level.VILLAGE)[village]}{what}{number + 1}号"
        starts = until - timedelta(days=int(rng.integers(5, 200)))
        site = NewSite(label, Sort.HOUSE if house else Sort.PUBLIC, starts)
        place = open_site(where=At(village, Craftsman.matter), site=site, by=SYSTEM)
        lon, lat = _beside_a_house(district, village, rng)
        put_on_map(place=place, lon=lon, lat=lat, by=SYSTEM)
        for row in rng.permutation(len(carded))[:3].tolist():
            with suppress(Mistaken):
                post(place=place, card=carded[row][1].number, starts=until, lead=row % 3 == 0, by=SYSTEM)
        if number % 3 == 0:
            finish_site(place=place, on=until, by=SYSTEM)
            if house:
                quality, safety, conduct = (int(mark) for mark in rng.integers(3, 6, 3))
                rate(place=place, said=Said(quality, safety, conduct), by=SYSTEM)


def _beside_a_house(district: District, village: str, rng: np.random.Generator) -> tuple[float, float]:
    """A spot some twenty metres from a house of the village."""
    here = np.flatnonzero(district.house_village == village)
    lon, lat = district.house_point[int(rng.choice(here))].tolist()
    return lon + 0.0002, lat
