from django.conf import settings
from django.db import models


class PlaceEdit(models.Model):
    """What somebody sent to change of one place: known by its number, so that it counts once however often it comes."""

    instance_id = models.CharField(max_length=64, unique=True)
    place = models.ForeignKey("core.Place", models.PROTECT, related_name="edits")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    at = models.DateTimeField()  # when it was written, by the phone
    recorded_at = models.DateTimeField()
    digest = models.CharField(max_length=64)  # keyed: whether it is the same again

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.instance_id


class Clash(models.Model):
    """One field of an edit that was made from a value which no longer stood there: kept until somebody settles it."""

    edit = models.ForeignKey(PlaceEdit, models.PROTECT, related_name="clashes")
    place = models.ForeignKey("core.Place", models.PROTECT, related_name="clashes")
    field = models.CharField(max_length=40)
    base = models.JSONField(null=True)  # what stood there when the edit was begun
    proposed = models.JSONField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken = models.BooleanField(null=True)  # whether the proposed value was put in the other's place
    other = models.JSONField(null=True)  # what stood there when it was settled

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["place", "id"], name="clash_waiting", condition=models.Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.field}"

    @property
    def region(self) -> str:
        return self.place.region
