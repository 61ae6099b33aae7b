from django.db import models


class Parameter(models.Model):
    """A value the district set for itself, from a date, with the document that says so."""

    key = models.CharField(max_length=60)  # houses.deadline_days.urgent
    region = models.CharField(max_length=15)
    value = models.JSONField()
    starts = models.DateField()
    document = models.CharField(max_length=160, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["key", "region", "starts"], name="parameter_on_date")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
