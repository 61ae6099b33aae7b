from __future__ import annotations

from django.db import models

from hemei.programmes.craftsmen.models.craftsman import Craftsman


class Portrait(models.Model):
    """A picture of the face for the duty card. Only this small copy is kept, while they are in the register."""

    craftsman = models.OneToOneField(Craftsman, models.PROTECT, primary_key=True, related_name="portrait")
    picture = models.BinaryField()  # a JPEG as core.photos.portrait makes it
    shown = models.BooleanField(default=False)  # whether whoever scans the card sees it
    agreed_by = models.CharField(max_length=160, blank=True)  # the paper by which they agreed to that
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    def __str__(self) -> str:
        return str(self.craftsman)
