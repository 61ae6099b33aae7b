from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.programmes.building.models.permit import OfBuilding


class WorkDay(OfBuilding):
    """A day that is worked or not, as the district corrected the table of holidays and make-up days."""

    day = models.DateField(_("日期"))
    worked = models.BooleanField(_("上班"))
    document = models.CharField(_("依据"), max_length=160)
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "day"], name="work_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.worked}"
