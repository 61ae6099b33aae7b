from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Place
from hemei.programmes.craftsmen.models.craftsman import Craftsman, OfCraftsmen


class Sort(models.TextChoices):
    HOUSE = "house", _("农户建房")
    PUBLIC = "public", _("公共项目")


class Worksite(models.Model):
    """What only a site has. The row of core.place says where it is."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True, related_name="worksite")
    sort = models.CharField(_("工地类别"), max_length=8, choices=Sort, default=Sort.HOUSE)
    approval = models.CharField(_("批准文号"), max_length=60, blank=True)
    starts_on = models.DateField(_("开工日期"), null=True)
    ends_on = models.DateField(_("完工日期"), null=True)  # null: still running

    def __str__(self) -> str:
        return str(self.place)


class Posting(OfCraftsmen):
    """派工: a craftsman on a site, from a day on. It says who was named; whether they may be there follows each day."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="postings")
    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="postings")
    lead = models.BooleanField(_("带头"), default=False)
    starts = models.DateField(_("从哪天起"))
    ends = models.DateField(null=True)  # the last day
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "craftsman"], condition=models.Q(ends=None), name="posting_open_once"
            )
        ]
        indexes = [models.Index(fields=["craftsman", "ends"], name="posting_of_craftsman")]

    def __str__(self) -> str:
        return f"{self.craftsman} {self.place}"


MARK = (MinValueValidator(1), MaxValueValidator(5))


class Rating(OfCraftsmen):
    """What a household says of the work at its house: one a job, never changed, never shown in public."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="building_rating")
    quality = models.PositiveSmallIntegerField(_("活干得好不好"), validators=MARK)
    safety = models.PositiveSmallIntegerField(_("干活安全不安全"), validators=MARK)
    conduct = models.PositiveSmallIntegerField(_("说话算不算数"), validators=MARK)
    words = models.CharField(_("想说的话"), max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.place} {self.quality} {self.safety} {self.conduct}"
