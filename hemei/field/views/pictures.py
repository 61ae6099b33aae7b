"""A district's pictures beside questions: for whoever is asked, at the door too, so that no account is needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hemei.core import pictures
from hemei.core.doors import found


@require_safe
def small(request: HttpRequest, name: str) -> HttpResponse:
    """By a name that says its content, so that it may be kept for good."""
    response = HttpResponse(found(pictures.small(name)), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
