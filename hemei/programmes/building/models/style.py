from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.programmes.building.models.permit import OfBuilding, Permit


class Style(OfBuilding):
    """What houses of a place are to look like, as the district's own document has it: 未配置 until somebody enters it.

    `region` is a district, a township or a village; `zone` a zone of the control map, "" for all. Never changed:
    what is entered again for the same place replaces it from that day on.
    """

    zone = models.CharField(_("管控分区"), max_length=60, blank=True)
    name = models.CharField(_("风貌类型"), max_length=40)
    structures = models.CharField(_("结构和材料"), max_length=200, blank=True)
    roofs = models.CharField(_("屋面样式"), max_length=200, blank=True)
    roof_colours = models.CharField(_("屋面颜色"), max_length=200, blank=True)
    walls = models.CharField(_("外墙材料和颜色"), max_length=200, blank=True)
    height_m = models.FloatField(_("总高度不超过（米）"), null=True)
    eaves_m = models.FloatField(_("檐口高度不超过（米）"), null=True)
    storeys = models.PositiveSmallIntegerField(_("层数不超过"), null=True)
    as_limit = models.BooleanField(_("当作限制"), default=False)  # else advice
    document = models.CharField(_("依据的文件和文号"), max_length=160)
    starts = models.DateField()
    replaced_on = models.DateField(null=True)
    actor = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["region", "replaced_on", "id"], name="style_place")]

    def __str__(self) -> str:
        return self.name


class Demonstration(OfBuilding):
    """A mark on a finished house: worth being shown to others, with the review that says so."""

    permit = models.OneToOneField(Permit, models.PROTECT, related_name="demonstration")
    review = models.CharField(_("评审意见"), max_length=500)
    reviewed_by = models.CharField(_("评审的人"), max_length=200)
    document = models.CharField(_("评审文件和文号"), max_length=160)
    on = models.DateField(_("评审日期"))
    actor = models.CharField(max_length=40)

    def __str__(self) -> str:
        return str(self.permit)
