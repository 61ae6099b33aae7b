from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.appendonly import AppendOnly
from hemei.core.models.place import Place
from hemei.core.models.unit import Unit
from hemei.terms.finding import Severity

SEVERITY_NAMES = {Severity.ROUTINE: _("一般"), Severity.SERIOUS: _("较重"), Severity.URGENT: _("紧急")}


class Case(models.Model):
    """The life of a finding. Its columns say where it stands; its steps say how it came there."""

    matter = models.CharField(_("事项"), max_length=20)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="cases", db_index=False)
    region = models.CharField(_("所在区域"), max_length=15)
    code = models.CharField(_("问题编号"), max_length=20)
    title = models.CharField(_("问题"), max_length=160)
    severity = models.PositiveSmallIntegerField(choices=[(int(s), name) for s, name in SEVERITY_NAMES.items()])
    state = models.CharField(_("状态"), max_length=12)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="cases")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="cases")
    # A case is found when the finding was made (at), and known when it was recorded.
    found_at = models.DateTimeField(null=True)  # null while 待核实
    found_recorded_at = models.DateTimeField(null=True)
    due_on = models.DateField(_("期限"), null=True)
    ended_at = models.DateTimeField(null=True)
    ended_recorded_at = models.DateTimeField(null=True)
    look_again_on = models.DateField(null=True)  # while contained: when somebody must look again
    remedied_by = models.CharField(max_length=40, blank=True)  # actor
    forerunner = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    historical = models.BooleanField(_("历史台账"), default=False)
    source_id = models.CharField(max_length=80, blank=True)  # its number in the ledger it came from
    opened_at = models.DateTimeField()  # when the row was made

    class Meta:
        indexes = [
            models.Index(fields=["region", "-id"], name="case_list"),
            # What waits, soonest first and for whom; and the old ledgers among what has ended.
            models.Index(
                fields=["state", "region", "due_on", "unit", "assignee", "found_at", "ended_at", "matter"],
                name="case_by_state",
            ),
            # All that the board asks of a case, so that it need not read the cases themselves.
            models.Index(
                fields=[
                    "region",
                    "ended_at",
                    "found_at",
                    "due_on",
                    "state",
                    "opened_at",
                    "historical",
                    "forerunner",
                    "matter",
                    "found_recorded_at",
                    "ended_recorded_at",
                ],
                name="case_board",
            ),
            # The same of those found since a day.
            models.Index(
                fields=["region", "found_at", "historical", "forerunner", "matter", "found_recorded_at"],
                name="case_found",
            ),
            models.Index(fields=["place", "code"], name="case_of_place"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "source_id"], condition=~models.Q(source_id=""), name="case_source_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"


class CaseStep(AppendOnly):
    """One step of a case's life, as it happened (at) and as it became known (recorded_at)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", db_index=False)
    verb = models.CharField(max_length=24)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)  # remedy kind, witnesses, document numbers

    class Meta:
        ordering = ["case_id", "id"]
        indexes = [
            models.Index(fields=["case", "id"], name="step_of_case"),
            models.Index(fields=["case", "to_state", "at"], name="step_into_state"),
            models.Index(fields=["verb", "at"], name="step_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verb}"
