from django.conf import settings
from django.db import models


class ApiKey(models.Model):
    """A key with which another system acts as an account. Only its hash is kept: it is shown once, and revocable."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)  # which system uses it
    hint = models.CharField(max_length=8)  # its first characters, to tell one from another
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=40)
    used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["account", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.hint}…"
