"""自备表格: kept by the district, filled from the register."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import FormUse, OwnForm
from hemei.core.queries.ownforms import known_names
from hemei.core.writing import action, audit
from hemei.engines.filling import BadForm, Values, fill, placeholders
from hemei.engines.filling.marks import split
from hemei.terms.day import today

LARGEST = 5_000_000
SHOWN = 10


@action(verb="register.import", on="where")
def keep_form(*, where: At, name: str, use: str, filename: str, content: bytes, by: Actor) -> OwnForm:
    """Keep a form with placeholders. Raises Mistaken where it cannot be filled, or asks for what nobody knows."""
    if not name.strip():
        raise Mistaken(_("请填写表名。"), field="name")
    if use not in FormUse:
        raise Mistaken(_("请选择怎么填。"), field="use")
    if len(content) > LARGEST:
        raise Mistaken(_("表格超过 5 MB，请去掉里面的图片。"), field="file")
    asks = _asked(content, filename.rpartition(".")[2].lower(), use)
    told = {"region": where.region, "name": name.strip()[:80], "use": use, "filename": filename[-120:], "asks": asks}
    form = OwnForm.objects.create(**told, content=content, by=by.account)
    audit(by, "form.keep", f"form:{form.pk}", form.region, values=[form.name, filename], detail={"asks": len(asks)})
    return form


def _asked(content: bytes, kind: str, use: str) -> list[str]:
    try:
        asks = placeholders(content, kind)
    except BadForm as fault:
        raise Mistaken(str(fault), field="file") from fault
    if not asks:
        raise Mistaken(_("表里没有要填的地方：请在格子里写上 {{户主}} 这样的字样。"), field="file")
    known = known_names(use)
    unknown = [name for name in asks if split(name)[1] not in known.get(split(name)[0], ())]
    if unknown:
        listed = "、".join(f"{{{{{name}}}}}" for name in unknown[:SHOWN])
        raise Mistaken(_("不认识：%(listed)s。请照下面列出的名称写。") % {"listed": listed}, field="file")
    return asks


@action(verb="register.import", on="form")
def drop_form(*, form: OwnForm, by: Actor) -> None:
    """Take a form out of use."""
    if form.closed_on is not None:
        raise Conflict(_("这张表已经停用。"))
    form.closed_on = today()
    form.save(update_fields=["closed_on"])
    audit(by, "form.drop", f"form:{form.pk}", form.region)


@action(verb="register.export", on="where")
def leave_filled(*, where: At, form: OwnForm, subject: str, by: Actor) -> None:
    """The entry of a form that was filled; it is filled after it, outside any transaction."""
    audit(by, "form.fill", subject, where.region, detail={"form": form.pk, "name": form.name})


def filled(form: OwnForm, values: Values) -> bytes:
    try:
        return fill(bytes(form.content), form.kind, values)
    except BadForm as fault:
        raise Mistaken(str(fault)) from fault
