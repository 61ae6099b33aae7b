"""The door for a production server."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
application = get_wsgi_application()
if settings.PROXIES:  # else a visitor could claim any address, and so never be locked out
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=settings.PROXIES)
