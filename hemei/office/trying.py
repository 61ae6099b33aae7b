"""Trying what a form asks for: what the action says is wrong stands beside its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hemei.core.errors import Mistaken
from hemei.office.forms import OfficeForm
from hemei.office.request import OfficeRequest

Result = TypeVar("Result")


def tried(request: OfficeRequest, form: OfficeForm, act: Callable[[], Result]) -> Result | None:
    """What `act` gave, or None where there was nothing to do, the form is not right, or the action said no."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act()
    except Mistaken as mistake:
        form.blame(mistake)
        return None


def status(form: OfficeForm) -> int:
    return 422 if form.errors else 200
