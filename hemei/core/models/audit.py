from django.conf import settings
from django.db import models

from hemei.core.models.appendonly import AppendOnly


class AuditEntry(AppendOnly):
    """Who did what to what, left in the same transaction as the write. No personal value in clear."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)  # kind:id
    region = models.CharField(max_length=15)
    matter = models.CharField(max_length=20, null=True)  # of the thing acted on; null: of none, or of more than one
    digest = models.CharField(max_length=64)  # keyed, of what was written
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["region", "-id"], name="audit_list"),
            models.Index(fields=["subject"], name="audit_of_subject"),
            models.Index(fields=["account"], name="audit_of_account", condition=models.Q(account__isnull=False)),
            # The few that stand on top of the audit page, and are counted there.
            models.Index(fields=["region", "-id"], name="audit_unmaskings", condition=models.Q(verb="person.unmask")),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"


class AuditSeal(AppendOnly):
    """The order of audit entries, each hash over the one before: nothing can be changed or left out unseen."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"
