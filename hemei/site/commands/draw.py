"""`hemei draw`: freeze the frame, draw by a public seed, publish, and draw again what somebody published."""

from __future__ import annotations

import json
from io import TextIOWrapper
from typing import Any

import click

from hemei.core.access import At, Scope
from hemei.core.actions.draw import Candidate, DrawPlan, freeze, hold, publish
from hemei.core.models import Draw
from hemei.core.queries.duty import inspectors
from hemei.core.queries.published import facts_of
from hemei.core.queries.rounds import draws
from hemei.core.registry import registry
from hemei.engines.draw import DrawError, read_frame
from hemei.engines.draw import draw as draw_houses
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show, show_json
from hemei.site.speaking import _
from hemei.terms.day import today

KEYS = ["id", "name", "region", "state", "event", "event_on", "frame_sha256", "inspectors_sha256"]
DRAWN = ["stratum", "number", "code"]


@click.group(help=_("随机抽房屋和检查人员，谁都能照着重抽一遍（见 docs/draw.md）。"))
def draw() -> None:
    """Frozen, drawn, published, drawn again."""


@draw.command("freeze", help=_("封存可能被抽到的房屋和检查人员，打印事件发生前要公布的散列。"))
@click.option("--region", required=True, type=CODE, help=_("抽哪个区的房屋。"))
@click.option("--name", required=True, help=_("这次巡查叫什么。"))
@click.option("--event", required=True, help=_("将来给出种子的公开事件，例如某期彩票号码。"))
@click.option("--event-on", required=True, type=DAY, help=_("事件在哪一天；必须还没有发生。"))
@click.option("--opens-on", required=True, type=DAY, help=_("检查人员哪一天看到名单。"))
@click.option("--ends", required=True, type=DAY, help=_("巡查的最后一天。"))
@click.option("--matter", help=_("哪个事项的对象。  [默认：只有一个事项时就是它]"))
@click.option("--size", "sizes", multiple=True, metavar="CODE=N", help=_("一个乡镇抽几户；可以写多次。"))
@with_database
def freeze_frame(region: str, matter: str | None, sizes: tuple[str, ...], **plan: Any) -> None:
    matter = matter or next(iter(registry.programmes))
    people = inspectors(within=Scope.of(known_region(region)), matter=matter, on=today())
    held = freeze(
        where=At(region, matter),
        plan=DrawPlan(
            matter=matter,
            region=region,
            candidates=[Candidate(account.pk, avoids) for account, avoids in people.items()],
            sizes=dict(map(_size, sizes)) or None,
            **plan,
        ),
        by=operator(),
    )
    show_json({**facts_of(held), "candidates": len(people)})


def _size(text: str) -> tuple[str, int]:
    township, _equals, number = text.partition("=")
    if not (township.isdigit() and number.isdigit()):
        raise click.UsageError(_("--size %(text)s：请写成 429021103=5 这样。") % {"text": text})
    return township, int(number)


@draw.command("list", help=_("列出各次抽查和进行到哪一步。"))
@format_option
@with_database
def list_draws(form: str) -> None:
    show(map(facts_of, draws(within=Scope.all()).order_by("-id")), KEYS, form)


@draw.command("hold", help=_("用公开事件给出的种子抽第 NUMBER 次（列表里的 id）。只能抽一次。"))
@click.argument("number", type=int)
@click.option("--seed", required=True, help=_("事件给出的结果，一字不差。"))
@with_database
def hold_draw(number: int, seed: str) -> None:
    held = hold(held=_found(number), seed=seed, by=operator())
    click.echo(_("抽中 %(n)s 户；名单 %(day)s 向检查人员打开。") % {"n": len(held.drawn), "day": held.opens_on})


@draw.command("publish", help=_("查完以后公布第 NUMBER 次抽查：打印任何人都能据以重抽的文件。"))
@click.argument("number", type=int)
@with_database
def publish_draw(number: int) -> None:
    show_json(facts_of(publish(held=_found(number), by=operator())))


def _found(number: int) -> Draw:
    held = draws(within=Scope.all()).filter(pk=number).first()
    if held is None:
        raise click.UsageError(_("没有第 %(number)s 次抽查；`hemei draw list` 列出全部。") % {"number": number})
    return held


@draw.command("again", help=_("用公布的 FILE 重抽一遍（- 表示标准输入）。名单不一样时退出码为 1。"))
@click.argument("file", type=click.File(encoding="utf-8"))
@format_option
@click.pass_context
def draw_again(ctx: click.Context, file: TextIOWrapper, form: str) -> None:
    try:
        facts = json.load(file)
        again = draw_houses(read_frame(facts["frame"].encode()), facts["sizes"], facts["seed"])
    except (ValueError, KeyError, TypeError, DrawError) as fault:
        raise click.UsageError(
            _("%(file)s 不是公布的抽查文件：%(fault)s") % {"file": file.name, "fault": fault}
        ) from fault
    rows = [{"stratum": one.stratum, "number": one.number, "code": one.id} for one in again]
    show(rows, DRAWN, form)
    if rows != [{key: one[key] for key in DRAWN} for one in facts.get("drawn", [])]:
        click.echo(_("这不是当初公布的名单。"), err=True)
        ctx.exit(1)
