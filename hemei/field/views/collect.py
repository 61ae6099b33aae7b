"""The OpenRosa endpoint: `/key/{token}` is the server address that a phone is given.

Status codes and headers are what ODK Collect goes by: it takes 200 for a failed sign-in, and anything but 204 to HEAD
for another kind of server. The Date header is never judged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from hemei.core.access import Actor, Refused
from hemei.core.actions.collector import note_collector_use, note_wrong_key
from hemei.core.doors import found
from hemei.core.errors import Conflict, Mistaken
from hemei.core.pictures import picture_of, pictures_of
from hemei.core.queries.collector import live_collector
from hemei.engines.forms import NotASubmission, Submission, read_submission
from hemei.engines.forms.xform import PLACES
from hemei.field import collect
from hemei.field.collect import NoSuchForm, md5, response
from hemei.field.posted import Malformed, TooLarge, posted
from hemei.terms.day import today

LONGEST_DEVICE = 40  # of what a phone calls itself, so that its software has room beside it


def phone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for phones: whose key it is decides what they get; `openrosa` adds the protocol's headers."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **arguments: Any) -> HttpResponse:
        whose = live_collector(token)
        if whose is None:
            note_wrong_key(address=str(request.META.get("REMOTE_ADDR", "")))
            return _told(_("这把钥匙已经作废或不存在，请向本单位重新申请。"), 403)
        if request.headers.get("X-OpenRosa-Version") != "1.0":
            return _told(_("这个地址只供填报软件（如 ODK Collect）使用。"), 400)
        key, actor = whose
        note_collector_use(key, on=today())
        try:
            given = view(request, actor, token, **arguments)
        except Http404:
            return _told(_("没有这张表，或您不填这张表：请在手机上更新空白表单。"), 404)
        given.headers["Cache-Control"] = "private, no-store"
        return given

    return csrf_exempt(answer)  # the token in the address is what a cookie would be, and no other site knows it


def _xml(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="text/xml; charset=utf-8")


def _told(message: str, status: int) -> HttpResponse:
    headers = {"Content-Type": "text/xml; charset=utf-8", "Cache-Control": "private, no-store"}
    return HttpResponse(response(message), headers=headers, status=status)


@phone
def form_list(request: HttpRequest, actor: Actor, token: str) -> HttpResponse:
    """The forms this person may fill in, each with the digest of the very bytes that are served."""
    wanted = request.GET.get("formID")
    entries = []
    for form in collect.forms_of(actor):
        if wanted in (None, form.id):
            name = {"token": token, "form_id": form.id}
            entries.append(
                {
                    "formID": form.id,
                    "name": form.title,
                    "version": form.read.version,
                    "hash": md5(collect.form_xml(form)),
                    "downloadUrl": request.build_absolute_uri(reverse("collect:form", kwargs=name)),
                    "manifestUrl": request.build_absolute_uri(reverse("collect:manifest", kwargs=name)),
                }
            )
    return _xml(collect.form_list(entries))


@phone
def form(request: HttpRequest, actor: Actor, token: str, form_id: str) -> HttpResponse:
    return _xml(collect.form_xml(collect.form_named(form_id, actor)))


@phone
def manifest(request: HttpRequest, actor: Actor, token: str, form_id: str) -> HttpResponse:
    """The files that go with a form: its list of places, and its pictures."""
    form = collect.form_named(form_id, actor)
    told = {"token": token, "form_id": form_id}
    files = {PLACES: (collect.places_csv(form, actor), reverse("collect:places", kwargs=told))}
    for name, picture in pictures_of(form).items():
        files[name] = (picture.content, reverse("collect:picture", kwargs={**told, "name": name}))
    entries = [
        {"filename": name, "hash": md5(content), "downloadUrl": request.build_absolute_uri(address)}
        for name, (content, address) in files.items()
    ]
    return _xml(collect.manifest(entries))


@phone
def picture(request: HttpRequest, actor: Actor, token: str, form_id: str, name: str) -> HttpResponse:
    picture = found(picture_of(collect.form_named(form_id, actor), name))
    return HttpResponse(picture.content, content_type=picture.media_type)


@phone
def places(request: HttpRequest, actor: Actor, token: str, form_id: str) -> HttpResponse:
    content = collect.places_csv(collect.form_named(form_id, actor), actor)
    return HttpResponse(content, content_type="text/csv; charset=utf-8")


def _device(request: HttpRequest, read: Submission) -> str:
    """Which phone it was, by its form or by the address that Collect sends to, and by which software."""
    phone = read.device or request.GET.get("deviceID", "")
    return " · ".join(filter(None, (phone[:LONGEST_DEVICE], request.headers.get("User-Agent", ""))))


@phone
@require_http_methods(["HEAD", "POST"])
def submission(request: HttpRequest, actor: Actor, token: str) -> HttpResponse:
    """Take a filled-in form in: stored before it is answered, once however often it is sent."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    try:
        with posted(request, collect.largest_submission()) as (xml, files):
            read = read_submission(xml)
            collect.take_in(read, xml, files, by=actor, device=_device(request, read))
    except TooLarge as much:
        return _told(str(much), 413)
    except (Malformed, NotASubmission) as wrong:
        return _told(str(wrong), 400)
    except Refused:
        return _told(_("您没有在这里填这张表的权限。"), 401)
    except Http404:
        return _told(_("没有这个对象，或不在您负责的区域内。"), 404)
    except Conflict as clash:
        return _told(str(clash.message), 409)
    except Mistaken as wrong:
        missing = isinstance(wrong, NoSuchForm) or wrong.code == "nothing_to_replace"
        return _told(str(wrong.message), 404 if missing else 400)
    return _told(_("已收到，谢谢。"), 201)
