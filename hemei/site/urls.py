"""Every address of the site."""

from __future__ import annotations

from importlib import import_module

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path

from hemei.core.registry import registry


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("i18n/", include("django.conf.urls.i18n")),
    path("public/", include("hemei.public.urls")),
    path("maps/", include("hemei.maps.urls")),
    path("api/", include("hemei.api.urls")),
    path("", include("hemei.field.urls")),
    path("", include("hemei.office.urls")),
]
urlpatterns += [
    path(f"{programme.key}/", include(import_module(programme.urls)))
    for programme in registry.programmes.values()
    if programme.urls
]
