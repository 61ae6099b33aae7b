from __future__ import annotations

from django.db import models

from hemei.programmes.building.models.permit import OfBuilding


class Stay(OfBuilding):
    """How many steps left a state after so many working days: kept as steps are written, so that nothing is reckoned
    from all of them. A region, state and number of days may have several rows; whoever reads adds them up."""

    state = models.CharField(max_length=18)
    days = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["region", "state", "days"], name="permit_stay")]

    def __str__(self) -> str:
        return f"{self.region} {self.state} {self.days}: {self.n}"
