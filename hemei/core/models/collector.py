from django.conf import settings
from django.db import models


class CollectorKey(models.Model):
    """The address with which one person's phone fetches forms and sends checks in. Only its hash is kept."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="collector_keys")
    name = models.CharField(max_length=60)  # which phone
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=40)
    used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["account", "id"]

    def __str__(self) -> str:
        return self.name
