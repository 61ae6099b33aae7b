from __future__ import annotations

from django.db import models

from hemei.core.models import Evidence
from hemei.programmes.craftsmen.models.craftsman import Certificate, Craftsman, EarlierTraining


class Scan(models.Model):
    """Which file shows which paper of a craftsman: a certificate, or the document of a training held elsewhere."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="of_craftsman")
    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="scans")
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="scans")
    training = models.ForeignKey(EarlierTraining, models.PROTECT, null=True, related_name="scans")

    def __str__(self) -> str:
        return str(self.evidence)
