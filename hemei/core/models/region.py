from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """A place in the tree of statistical codes: district, township, village or grid."""

    code = models.CharField(_("区划代码"), max_length=15, primary_key=True)
    name = models.CharField(_("名称"), max_length=80)
    level = models.PositiveSmallIntegerField()
    groups = models.JSONField(default=list)  # its villagers' groups (组), by name
    boundary = models.BinaryField(null=True)  # WKB, EPSG:4490
    lon = models.FloatField(null=True)  # where its name is written on the map
    lat = models.FloatField(null=True)
    valid_year = models.PositiveSmallIntegerField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        return self.code


class RegionChange(models.Model):
    """A code that became another when villages merged or split."""

    old = models.CharField(max_length=15, db_index=True)
    new = models.CharField(max_length=15)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="region_change_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
