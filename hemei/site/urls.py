"""Every address of the site."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from hemei.core.registry import registry
from hemei.site.health import healthz

handler500 = "hemei.site.health.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("hemei.field.urls")),  # first, because phones ask for the most
    path("healthz", healthz),
    path("i18n/", include("django.conf.urls.i18n")),
    path("public/", include("hemei.public.urls")),
    path("maps/", include("hemei.maps.urls")),
    path("api/", include("hemei.api.urls")),
    path("", include("hemei.office.urls")),
]
urlpatterns += [
    path(f"{programme.key}/", include(import_module(programme.urls)))
    for programme in registry.programmes.values()
    if programme.urls
]
