"""The door for a production server."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.process import BaseProcess as ParentProcess
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from hemei.site.wholebody import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
application = whole_bodies(get_wsgi_application())
if settings.PROXIES:  # else a visitor could claim any address, and so never be locked out
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=settings.PROXIES)


SWITCH_S = 0.0005  # whoever holds the turn to write waits no longer than this for a thread that only computes
COLLECT_AFTER = (10_000, 20, 20)  # a request makes a thousand things, hardly ever in a ring: looked for less often


def application_apart() -> WSGIApplication:
    """The application in a server process, which leaves the terminal's group first.

    Ctrl-C then reaches the watching process alone, and that one ends the others. A server process that hears both
    never ends by itself.
    """
    os.setpgrp()
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: looking through it again and again finds nothing
    gc.set_threshold(*COLLECT_AFTER)
    if watching := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(watching,), name="hemei-watched", daemon=True).start()
    return application


def _end_with(watching: ParentProcess) -> None:
    """When the watching process is killed, nobody seals or works, and the next one finds the port taken: end too."""
    watching.join()
    os.kill(os.getpid(), signal.SIGKILL)  # whoever was not answered sends again
