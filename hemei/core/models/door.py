from django.db import models

from hemei.core.models.place import Place


class DoorToken(models.Model):
    """The random token in the QR code on a door. Only its hash is kept; the code on the indoor card pairs a phone."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="door_tokens")
    region = models.CharField(max_length=15, db_index=True)
    token_hash = models.CharField(max_length=64, unique=True)
    card_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # wrong card codes since the last right one
    closed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"door of {self.place_id}"


class PairedPhone(models.Model):
    """A phone that once showed the indoor card's code: it may see what became of this house's reports."""

    door = models.ForeignKey(DoorToken, models.CASCADE, related_name="phones")
    secret_hash = models.CharField(max_length=64, unique=True)
    paired_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"phone at door {self.door_id}"
