from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.case import Case


class MessageState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    RECEIVED = "received", _("已回执")
    FAILED = "failed", _("发送失败")


class Message(models.Model):
    """The outbox: what must reach somebody, and whether it did."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages_to")
    region = models.CharField(max_length=15, db_index=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="messages")
    text = models.CharField(max_length=500)
    reason = models.CharField(max_length=12, default="urgent")  # urgent, overdue
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    adapter = models.CharField(max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    escalates = models.OneToOneField("self", models.PROTECT, null=True, related_name="escalated_to")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "region", "id"], name="message_by_state")]

    def __str__(self) -> str:
        return self.text
