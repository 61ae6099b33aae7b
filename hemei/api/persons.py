"""Persons: a list and a detail for each kind that a programme declares. Numbers are masked here as on the pages."""

from collections.abc import Mapping
from typing import Any

from ninja import Query, Router, Schema
from ninja.orm import create_schema
from pydantic import Field, create_model

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import answers
from hemei.api.lists import Paged
from hemei.api.schemas import Listed
from hemei.core.doors import found
from hemei.core.queries.paging import page
from hemei.core.registry import PersonKind, Programme, Registry
from hemei.terms.personal import mask_id
from hemei.terms.region import successor

# No postponed annotations here: the types of the calls below are made while it runs.


class PersonQuery(Paged):
    region: str = Field("", pattern=r"^$|^\d{6}(\d{3}){0,3}$")


class PersonOut(Schema):
    id: int
    person: int
    region: str
    name: str
    id_number: str = Field(description="Masked; empty where none is known")
    phone: str = Field(description="Masked; empty where none is known")
    told: dict[str, Any] = Field(description="What follows today from what is on record")


def router_for(registry: Registry) -> Router:
    router = Router(tags=["persons"])
    for programme in registry.programmes.values():
        for kind in programme.person_kinds:
            _add(router, programme, kind)
    return router


def _add(router: Router, programme: Programme, kind: PersonKind) -> None:
    names = [column.name for column in kind.columns]
    name = kind.key.title().replace("_", "")
    own: Any = create_schema(kind.model, name=f"{name}Columns", fields=names)
    out: Any = create_model(f"{name}Out", __base__=PersonOut, own=(own, ...))

    def values(row: Any, told: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
        who = row.person
        return {
            "id": row.pk,
            "person": who.pk,
            "region": row.region,
            "name": who.name,
            "id_number": mask_id(who.id_last4),
            "phone": who.phone_masked,
            "own": {name: getattr(row, name) for name in names},
            "told": dict(told.get(row.pk, {})),
        }

    @router.get(f"/{kind.key}", response=answers(Listed[out]), summary=f"{kind.title}", operation_id=f"list_{kind.key}")
    def list_persons(request: ApiRequest, where: Query[PersonQuery]) -> dict[str, Any]:
        rows = kind.read(within=within(request, kind.right, programme.key))
        if where.region:
            rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
        shown = page(rows, order=("region", "id"), cursor=where.cursor, size=where.size)
        told = kind.told(shown.rows)  # for all of the page at once
        items = [values(row, told) for row in shown.rows]
        return {"items": items, "following": shown.following, "preceding": shown.preceding}

    @router.get(f"/{kind.key}/{{int:pk}}", response=answers(out), operation_id=f"one_{kind.key}")
    def one_person(request: ApiRequest, pk: int) -> dict[str, Any]:
        rows = kind.read(within=within(request, kind.right, programme.key))
        row = found(rows.filter(pk=pk).first())
        return values(row, kind.told([row]))
