"""The API, put together. It serialises queries and calls actions; what is allowed and what it means they decide."""

from __future__ import annotations

from importlib.metadata import version

from django.urls import path
from ninja import NinjaAPI

from hemei.api import cases, checks, errors, evidence, persons, places, records, regions, steps
from hemei.api.auth import Key, Session
from hemei.core.registry import registry

api = NinjaAPI(
    title="Hemei",
    version=version("hemei"),
    description="Errors are RFC 9457 problems. Lists are paged by key: give `following` back as `cursor`.",
    urls_namespace="api",
    auth=[Key(), Session()],
    docs_url=None,  # its page would load scripts from elsewhere
)
errors.install(api)
api.add_router("", regions.router)
api.add_router("/places", places.router_for(registry))
api.add_router("/persons", persons.router_for(registry))
api.add_router("/records", records.router_for(registry))
api.add_router("/cases", cases.router)
api.add_router("/cases/", steps.router_for_steps())
api.add_router("/checks", checks.router)
api.add_router("/evidence", evidence.router)

urlpatterns = [path("", api.urls)]
