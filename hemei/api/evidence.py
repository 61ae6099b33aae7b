"""Evidence: the original file."""

from __future__ import annotations

from urllib.parse import quote

from django.http import FileResponse
from django.http.response import HttpResponseBase
from ninja import Router

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import Fault
from hemei.core.access import may
from hemei.core.doors import found, stored
from hemei.core.queries.evidence import one_file

router = Router(tags=["evidence"])


@router.get(
    "/{int:pk}",
    response={frozenset({401, 403, 404, 422}): Fault},
    url_name="evidence",
    summary="The bytes as they came, as a download",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def original(request: ApiRequest, pk: int) -> HttpResponseBase:
    file = found(one_file(pk, within=within(request, "place.view")))
    verb = "case.view" if file.step_id else "check.view" if file.check_made_id else "place.view"
    file = found(file if may(request.auth, verb, file) else None)
    response = FileResponse(stored(file.sha256), content_type=file.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"  # nothing that somebody sent runs as ours
    return response
