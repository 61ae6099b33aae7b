"""What every answer to a phone says of itself, whoever gives it: a view, a limit, an address that is none, a fault."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from hemei.field.collect import largest_submission, response

PHONES = "/key/"
IN_WORDS = {
    400: gettext_lazy("这个请求读不懂，请更新填报软件（如 ODK Collect）后再试。"),
    404: gettext_lazy("没有这个地址：请重新扫一次设置二维码，并更新空白表单。"),
    429: gettext_lazy("请求太频繁，请过一会儿再试；填好的表还在手机上。"),
    503: gettext_lazy("服务器暂时收不了，没有存下；请过一会儿再发，同一份不会记两次。"),
}
ELSE = gettext_lazy("服务器出错了，没有存下；请告诉管理员。")


def speaks_openrosa(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Put the protocol's headers on each answer to a phone, and its envelope around what would be a page for people."""

    def answer(request: HttpRequest) -> HttpResponse:
        given = get_response(request)
        if request.path.startswith(PHONES):
            if given.status_code >= 400 and given.headers.get("Content-Type", "").startswith("text/html"):
                told = IN_WORDS.get(given.status_code, ELSE if given.status_code >= 500 else IN_WORDS[400])
                given.content = response(str(told))
                given.headers["Content-Length"] = str(len(given.content))  # told already, of the page
                given.headers["Content-Type"] = "text/xml; charset=utf-8"
            given.headers["X-OpenRosa-Version"] = "1.0"
            given.headers["X-OpenRosa-Accept-Content-Length"] = str(largest_submission())
        return given

    return answer
