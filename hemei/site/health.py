"""How the site is: what a watcher asks, and what a person is told while disk or database are in trouble."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile

from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from hemei.api.errors import ROOT, Fault, problem
from hemei.core.trouble import Trouble, disk_is_full, trouble_of

RETRY_AFTER_S = 60


def healthz(request: HttpRequest) -> JsonResponse:
    """200 and `ok`; or 503 and which of disk and database is in trouble."""
    troubles = [trouble for trouble, sound in ((Trouble.DATABASE, _database), (Trouble.DISK, _disk)) if not sound()]
    if troubles:
        return JsonResponse({"status": "trouble", "trouble": troubles}, status=503)
    return JsonResponse({"status": "ok"})


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError):
        connection.close()
        return False
    return True


def _disk() -> bool:
    """Whether a file can be kept: a quota fills up before the disk does."""
    if disk_is_full():
        return False
    try:
        with tempfile.TemporaryFile(dir=settings.VAR) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError:
        return False
    return True


def server_error(request: HttpRequest) -> HttpResponse:
    """What is answered to a request that broke: 503 where it will pass by itself, else 500."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return defaults.server_error(request)
    with contextlib.suppress(DatabaseError, OSError):
        connection.close()  # the next request begins with a new one
    if request.path.startswith(ROOT):
        answer = problem(Fault(code="unavailable", detail=_message(trouble)), 503)
    else:
        answer = HttpResponse(render_to_string("503.html", {"trouble": trouble, "posted": request.method == "POST"}))
    answer.status_code = 503
    answer["Retry-After"] = str(RETRY_AFTER_S)
    answer["Cache-Control"] = "no-store"
    return answer


def _message(trouble: Trouble) -> str:
    if trouble is Trouble.DISK:
        return _("服务器的磁盘满了，没有写入；腾出空间后再发一次，同一份不会记两次。")
    return _("暂时连不上数据库，没有写入；过一会儿再发一次，同一份不会记两次。")
