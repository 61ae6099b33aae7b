"""What goes wrong, as RFC 9457 has it: the code for programs, the sentences for people, the field to mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from hemei.api.unfit import unfit
from hemei.core.access import Refused
from hemei.core.errors import Conflict, Mistaken
from hemei.core.roles import VERBS
from hemei.terms.region import BadRegionCode

TITLES = {
    400: gettext_lazy("请求读不懂"),
    401: gettext_lazy("需要登录"),
    403: gettext_lazy("没有权限"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("不能这样请求"),
    409: gettext_lazy("与现状冲突"),
    413: gettext_lazy("内容过大"),
    422: gettext_lazy("内容不对"),
    429: gettext_lazy("请求太频繁"),
    500: gettext_lazy("服务器出错"),
    503: gettext_lazy("暂时不能服务"),
}
ROOT, MEDIA_TYPE = "/api/", "application/problem+json"
KEPT = ("Allow", "Retry-After", "Cache-Control", "WWW-Authenticate")
# What is answered instead of any call: an address that nobody has, a method that it does not take, a fault of ours.
UNCALLED = {
    403: ("refused", gettext_lazy("不能这样请求，请先登录，或带上有效的密钥。")),
    404: ("no_such_address", gettext_lazy("没有这个地址；全部地址见 /api/openapi.json。")),
    405: ("method", gettext_lazy("这个地址不接受这种请求，可用的见 Allow 标头和 /api/openapi.json。")),
    413: ("too_big", gettext_lazy("内容过大；照片请分开上传。")),
    500: ("fault", gettext_lazy("服务器出错了，已记入日志。请过一会儿再试，再出错请告诉系统管理员。")),
}


class Fault(Schema):
    """What is wrong with one thing."""

    code: str = Field(description="Does not change; for programs")
    detail: str = Field(description="What is wrong and what to do, in the reader's language")
    field: Annotated[str, Field(description="What to mend; empty where it is none in particular")] = ""


class Problem(Fault):
    """What is wrong with the whole request (RFC 9457, application/problem+json)."""

    type: str = Field(description="urn:hemei:problem:CODE")
    title: str
    status: int


def answers(schema: Any) -> dict[Any, Any]:
    """The answers of a call: its own, and a problem for whatever can go wrong."""
    return {200: schema, frozenset(TITLES): Problem}


def fault_of(wrong: Mistaken | Refused) -> Fault:
    if isinstance(wrong, Refused):
        verb = VERBS.get(wrong.verb, wrong.verb)
        return Fault(code="refused", detail=_("您在这里没有“%(verb)s”的权限。") % {"verb": verb})
    return Fault(code=wrong.code, detail=str(wrong), field=wrong.field)


def _invalid(wrong: ValidationError) -> Fault:
    """The first thing that does not fit, by its way through what was sent."""
    first = wrong.errors[0]
    way = [str(step) for step in first["loc"] if step not in ("body", "query", "path", "form", "sent", "where")]
    return Fault(code="invalid", detail=unfit(first), field=".".join(way))


def install(api: NinjaAPI) -> None:
    """Let every exception that is an answer become one."""

    def answer(kind: type[Exception], status: int, fault: Any) -> None:
        def handle(request: HttpRequest, wrong: Any) -> HttpResponse:
            return problem(fault(wrong), _status(wrong, status))

        api.add_exception_handler(kind, handle)

    answer(Mistaken, 422, fault_of)
    answer(Conflict, 409, fault_of)
    answer(Refused, 403, fault_of)
    answer(BadRegionCode, 422, lambda wrong: Fault(code="invalid", detail=str(wrong), field="region"))
    answer(Http404, 404, lambda wrong: Fault(code="not_found", detail=_("没有这一项，或不在您负责的区域内。")))
    answer(ValidationError, 422, _invalid)
    answer(RequestDataTooBig, 413, lambda wrong: Fault(code="too_big", detail=_("内容过大；照片请分开上传。")))
    answer(HttpError, 400, _http)


def problem(fault: Fault, status: int) -> HttpResponse:
    title = str(TITLES.get(status, status))
    whole = {"type": f"urn:hemei:problem:{fault.code}", "title": title, "status": status, **fault.dict()}
    shown = {"ensure_ascii": False}
    return JsonResponse(whole, status=status, content_type=MEDIA_TYPE, json_dumps_params=shown)


def problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No program is answered with a page: what goes wrong outside every call is a problem too."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(ROOT) or response.status_code < 400 or _told(response):
            return response
        code, detail = UNCALLED.get(response.status_code, ("bad_request", _("请求读不懂。")))
        told = problem(Fault(code=code, detail=str(detail)), response.status_code)
        for name in KEPT:
            if name in response:
                told[name] = response[name]
        return told

    return answer


def _told(response: HttpResponse) -> bool:
    return response.get("Content-Type", "") == MEDIA_TYPE


def _status(wrong: Exception, status: int) -> int:
    return wrong.status_code if isinstance(wrong, HttpError) else status


def _http(wrong: HttpError) -> Fault:
    match wrong.status_code:
        case 401:
            return Fault(code="unauthenticated", detail=_("请先登录，或带上有效的密钥。"))
        case 403:
            return Fault(code="csrf", detail=_("缺少或过期的 CSRF 令牌，请刷新页面重试。"))
    return Fault(code="bad_request", detail=_("请求读不懂：%(why)s") % {"why": wrong.message})
