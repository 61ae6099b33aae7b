"""What goes wrong, as {code, message, field}: the code for programs, the message for people, the field to mend."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from hemei.core.access import Refused
from hemei.core.errors import Conflict, Mistaken
from hemei.core.roles import VERBS
from hemei.terms.region import BadRegionCode


class Fault(Schema):
    code: str
    message: str
    field: str = ""


def answers(schema: Any) -> dict[Any, Any]:
    """The answers of a call: its own, and a fault for whatever can go wrong."""
    return {200: schema, frozenset({400, 401, 403, 404, 409, 413, 422}): Fault}


def fault_of(wrong: Mistaken | Refused) -> Fault:
    if isinstance(wrong, Refused):
        verb = VERBS.get(wrong.verb, wrong.verb)
        return Fault(code="refused", message=_("您在这里没有“%(verb)s”的权限。") % {"verb": verb})
    return Fault(code=wrong.code, message=str(wrong), field=wrong.field)


def _invalid(wrong: ValidationError) -> Fault:
    """The first thing that does not fit, by its way through what was sent."""
    first = wrong.errors[0]
    way = [str(step) for step in first["loc"] if step not in ("body", "query", "path", "form", "sent", "where")]
    return Fault(code="invalid", message=_("格式不对：%(why)s") % {"why": first["msg"]}, field=".".join(way))


def install(api: NinjaAPI) -> None:
    """Let every exception that is an answer become one."""

    def answer(kind: type[Exception], status: int, fault: Any) -> None:
        def handle(request: HttpRequest, wrong: Any) -> HttpResponse:
            return api.create_response(request, fault(wrong).dict(), status=_status(wrong, status))

        api.add_exception_handler(kind, handle)

    answer(Mistaken, 422, fault_of)
    answer(Conflict, 409, fault_of)
    answer(Refused, 403, fault_of)
    answer(BadRegionCode, 422, lambda wrong: Fault(code="invalid", message=str(wrong), field="region"))
    answer(Http404, 404, lambda wrong: Fault(code="not_found", message=_("没有这一项，或不在您负责的区域内。")))
    answer(ValidationError, 422, _invalid)
    answer(RequestDataTooBig, 413, lambda wrong: Fault(code="too_big", message=_("内容过大；照片请分开上传。")))
    answer(HttpError, 400, _http)


def _status(wrong: Exception, status: int) -> int:
    return wrong.status_code if isinstance(wrong, HttpError) else status


def _http(wrong: HttpError) -> Fault:
    match wrong.status_code:
        case 401:
            return Fault(code="unauthenticated", message=_("请先登录，或带上有效的密钥。"))
        case 403:
            return Fault(code="csrf", message=_("缺少或过期的 CSRF 令牌，请刷新页面重试。"))
    return Fault(code="bad_request", message=_("请求读不懂：%(why)s") % {"why": wrong.message})
