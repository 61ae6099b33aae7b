"""Places: a list and a detail for each kind that a programme declares, with the kind's own columns."""

from typing import Any, Literal

from django.db.models import BooleanField
from ninja import Query, Router
from ninja.orm import create_schema
from pydantic import Field, create_model

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import answers
from hemei.api.lists import Paged, listed
from hemei.api.schemas import Identifier, Listed, PlaceOut, place_values
from hemei.core.doors import found
from hemei.core.models import Place
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.registry import Kind, Programme, Registry

# No postponed annotations here: the types of the calls below are made while it runs.


class PlaceQuery(Paged):
    region: str = Field("", pattern=r"^$|^\d{6}(\d{3}){0,3}$")
    state: str = Field("", max_length=12)
    to_be_placed: bool = Field(False, description="Only those without a position")
    text: str = Field("", max_length=60, description="Part of the name, the address or the householder's name")


def router_for(registry: Registry) -> Router:
    router = Router(tags=["places"])
    for programme in registry.programmes.values():
        for kind in programme.kinds:
            _add(router, programme, kind)
    return router


def _add(router: Router, programme: Programme, kind: Kind) -> None:
    names, choices = [column.name for column in kind.columns], _choices(kind)
    name = kind.key.title().replace("_", "")
    own: Any = create_schema(kind.model, name=f"{name}Columns", fields=names)
    out: Any = create_model(f"{name}Out", __base__=PlaceOut, own=(own | None, ...))
    whole: Any = create_model(f"{name}Whole", __base__=out, identifiers=(list[Identifier], ...))
    asked: Any = create_model(f"{name}Query", __base__=PlaceQuery, **choices)

    def values(place: Place) -> dict[str, Any]:
        its = getattr(place, kind.key, None)
        return {**place_values(place), "own": its and {name: getattr(its, name) for name in names}}

    @router.get(f"/{kind.key}", response=answers(Listed[out]), summary=f"{kind.title}", operation_id=f"list_{kind.key}")
    def list_places(request: ApiRequest, where: Query[asked]) -> dict[str, Any]:
        given = where.model_dump(include=set(choices), exclude_none=True)
        own_asked = {name: _stored(kind, name, value) for name, value in given.items()}
        filters = where.model_dump(include={"region", "state", "to_be_placed", "text"})
        rows = places(
            within=within(request, "place.view", programme.key),
            where=PlaceFilter(kind=kind.key, own=own_asked, **filters),
        )
        return listed(rows.select_related(kind.key), order=("region", "id"), asked=where, show=values)

    @router.get(f"/{kind.key}/{{int:pk}}", response=answers(whole), operation_id=f"one_{kind.key}")
    def one_place(request: ApiRequest, pk: int) -> dict[str, Any]:
        rows = places(within=within(request, "place.view", programme.key), where=PlaceFilter(kind=kind.key))
        place = found(rows.select_related(kind.key).filter(pk=pk).first())
        return {**values(place), "identifiers": list(place.identifiers.values("system", "value"))}


def _choices(kind: Kind) -> dict[str, Any]:
    """The kind's own columns that can be filtered by: those whose values are a declared few."""
    return {
        column.name: (Literal[tuple(column.choices)] | None, Field(None, description=str(column.label)))
        for column in kind.columns
        if column.choices
    }


def _stored(kind: Kind, name: str, given: str) -> str:
    """A choice as Django reads it for the column: `true` of a yes-or-no is `True`."""
    return given.title() if isinstance(kind.model._meta.get_field(name), BooleanField) else given
