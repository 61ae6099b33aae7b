"""No table with a region is forgotten when a code changes."""

from __future__ import annotations

from django.apps import apps

from hemei.core import models as core
from hemei.core.registry import registry

FOLLOWS = {
    core.Place, core.Household, core.Case, core.Due, core.DoorToken, core.Message, core.Person, core.Unit, core.Duty,
    core.Round, core.Draw, core.OwnForm, core.Job, core.ImportBatch, core.Parameter,
}  # fmt: skip
RECOUNTED = {core.PlaceTally}
OF_THEIR_DAY = {"core.Check", "core.Finding", "core.Evidence", "core.AuditEntry", "houses.Appraisal"}
OF_DISTRICTS = {core.TableShape, core.FormVersion}  # and districts do not change by a table


def test_every_table_with_a_region_follows_or_says_why_not() -> None:
    there = {model for model in apps.get_models() if any(field.name == "region" for field in model._meta.fields)}
    of_programmes = {model for programme in registry.programmes.values() for model in programme.resettled}
    left = there - FOLLOWS - RECOUNTED - OF_DISTRICTS - of_programmes
    assert {model._meta.label for model in left} == OF_THEIR_DAY, "name a programme's own in its `resettled`"
