"""Records with a life of their own, such as building permits: a list and a detail for each kind that is declared."""

from typing import Any

from django.db.models import Model
from ninja import Query, Router, Schema
from ninja.orm import create_schema
from pydantic import Field, create_model

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import answers
from hemei.api.lists import Paged, listed
from hemei.api.schemas import Listed
from hemei.core.doors import found
from hemei.core.registry import Programme, RecordKind, Registry
from hemei.terms.region import successor

# No postponed annotations here: the types of the calls below are made while it runs.


class RecordQuery(Paged):
    region: str = Field("", pattern=r"^$|^\d{6}(\d{3}){0,3}$")
    state: str = Field("", max_length=40, description="Only those in this state of their life")


class RecordOut(Schema):
    id: int
    region: str
    label: str
    state: str
    lon: float | None
    lat: float | None


def router_for(registry: Registry) -> Router:
    router = Router(tags=["records"])
    for programme in registry.programmes.values():
        for kind in programme.records:
            _add(router, programme, kind)
    return router


def _add(router: Router, programme: Programme, kind: RecordKind) -> None:
    names = [column.name for column in kind.columns]
    name = kind.key.title().replace("_", "")
    own: Any = create_schema(kind.model, name=f"{name}Columns", fields=names)
    out: Any = create_model(f"{name}Out", __base__=RecordOut, own=(own, ...))

    def values(row: Any) -> dict[str, Any]:
        said = {field: getattr(row, field) for field in ("region", "state", "lon", "lat")}
        return {"id": row.pk, "label": str(row), **said, "own": {field: getattr(row, field) for field in names}}

    @router.get(f"/{kind.key}", response=answers(Listed[out]), summary=f"{kind.title}", operation_id=f"list_{kind.key}")
    def list_records(request: ApiRequest, where: Query[RecordQuery]) -> dict[str, Any]:
        rows = kind.read(within=within(request, kind.right, programme.key))
        if where.region:
            rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
        if where.state:
            rows = rows.filter(state=where.state)
        return listed(rows, order=("-id",), asked=where, show=values)

    @router.get(f"/{kind.key}/{{int:pk}}", response=answers(out), operation_id=f"one_{kind.key}")
    def one_record(request: ApiRequest, pk: int) -> dict[str, Any]:
        row: Model = found(kind.read(within=within(request, kind.right, programme.key)).filter(pk=pk).first())
        return values(row)
