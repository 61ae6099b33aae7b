"""What a telephone opens by scanning, without an account: the page itself, and the code that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from hemei.field.doorstep import private

View = Callable[..., HttpResponse]


def for_anybody(view: View) -> View:
    """A page for whoever scans: in the language they choose, kept by no cache."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if (language := request.GET.get("language", "")) in dict(settings.LANGUAGES):
            translation.activate(language)
        return private(view(request, **arguments))

    return answer


def keeping(
    request: HttpRequest, name: str, *, page: str, files: Sequence[str], told: str = "", **more: Any
) -> HttpResponse:
    """The script of a page that stays on the device. A changed file, or what is `told`, makes it another one."""
    version = sha256(" ".join([page, *files, told]).encode()).hexdigest()[:12]
    context = {"name": name, "version": version, "page": page, "files": files, **more}
    response = render(request, "field/keeping.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def drawn(address: str, *, error: str) -> str:
    """The QR code of an address, as the source of a picture."""
    return str(segno.make(address, error=error, micro=False).svg_data_uri(border=2))
