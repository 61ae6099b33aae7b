from __future__ import annotations

import shapely
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.appendonly import AppendOnly
from hemei.core.models.case import Case
from hemei.core.models.person import Household
from hemei.core.models.place import Place
from hemei.terms.region import Level


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
    opened_on = models.DateField(null=True)  # null: it was there before Hemei
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"], name="region_by_level")]

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        return self.code

    @property
    def shape(self) -> shapely.Geometry | None:
        """Its boundary; None where that is not known."""
        return shapely.from_wkb(bytes(self.boundary)) if self.boundary else None

    @classmethod
    def district_of(cls, code: str) -> Region | None:
        """The district that a code lies in, where its boundary is known."""
        return cls.objects.filter(code=code[: Level.DISTRICT]).exclude(boundary=None).first()


class ChangeKind(models.TextChoices):
    """Why a code became another."""

    MERGED = "merged", _("合并")
    SPLIT = "split", _("拆分")
    RENAMED = "renamed", _("更名（换代码）")
    MOVED = "moved", _("划转")


class RegionChange(AppendOnly):
    """A code that became another when villages merged, split or moved. From `on` the new one holds."""

    old = models.CharField(max_length=15, db_index=True)
    new = models.CharField(max_length=15, db_index=True)
    on = models.DateField(db_index=True)
    kind = models.CharField(max_length=8, choices=ChangeKind)
    document = models.CharField(max_length=160)
    parts = models.JSONField(default=list)  # of a split: by what its part was told, [by, what]
    main = models.BooleanField(default=True)  # where an address with the old code leads
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new", "on"], name="region_change_once_a_day")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class RegionMove(AppendOnly):
    """One thing that stood under an old code: a place, a household, or a case that has no place."""

    change = models.ForeignKey(RegionChange, models.PROTECT, null=True, related_name="moves")  # null: by itself
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="moves")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="moves")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="moves")
    old = models.CharField(max_length=15, db_index=True)
    new = models.CharField(max_length=15, db_index=True)
    on = models.DateField(db_index=True)  # its change's, beside it for the boards of past days
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["place", "on"], name="move_of_place"),
            models.Index(fields=["case", "on"], name="move_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
