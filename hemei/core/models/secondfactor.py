from django.conf import settings
from django.db import models


class SecondFactor(models.Model):
    """What an account proves itself with beside its password: an authenticator app, and codes for when it is lost."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="second_factor")
    secret = models.BinaryField()  # encrypted, base32
    last_step = models.BigIntegerField()  # no code counts twice
    recovery = models.JSONField(default=list)  # keyed hashes of the recovery codes not used yet
    set_up_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account} {self.set_up_at:%Y-%m-%d}"
