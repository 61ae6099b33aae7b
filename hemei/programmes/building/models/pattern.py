from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Evidence
from hemei.programmes.building.models.permit import OfBuilding


class Pattern(OfBuilding):
    """One variant of a plan in the pattern book (农村建房图集): style type → plan → variant.

    Never changed: a corrected sheet makes the next version, and permits keep the one they chose.
    """

    style = models.CharField(_("风貌类型"), max_length=40)
    plan = models.CharField(_("户型编号"), max_length=40)
    title = models.CharField(_("户型名称"), max_length=80)
    variant = models.CharField(_("变体"), max_length=40, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    replaced_on = models.DateField(null=True)
    storeys = models.PositiveSmallIntegerField(_("层数"))
    footprint_m2 = models.FloatField(_("基底面积（平方米）"))
    floor_area_m2 = models.FloatField(_("建筑面积（平方米）"))
    width_m = models.FloatField(_("面宽（米）"), null=True)
    depth_m = models.FloatField(_("进深（米）"), null=True)
    eaves_m = models.FloatField(_("檐口高度（米）"), null=True)
    height_m = models.FloatField(_("总高度（米）"), null=True)
    structure = models.CharField(_("结构"), max_length=40, blank=True)
    roof = models.CharField(_("屋面样式和颜色"), max_length=60, blank=True)
    roof_colour = models.CharField(_("屋面色号"), max_length=7, blank=True)  # #rrggbb
    walls = models.CharField(_("外墙材料和颜色"), max_length=60, blank=True)
    wall_colour = models.CharField(_("外墙色号"), max_length=7, blank=True)
    cost = models.PositiveIntegerField(_("大致造价（元/平方米）"), null=True)
    plot_min_m2 = models.FloatField(_("适合的宅基地不小于（平方米）"), null=True)
    plot_max_m2 = models.FloatField(_("适合的宅基地不大于（平方米）"), null=True)
    zones = models.CharField(_("适用的分区"), max_length=120, blank=True)
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "plan", "variant", "version"], name="pattern_version_once")
        ]
        indexes = [models.Index(fields=["region", "style", "plan", "id"], name="pattern_list")]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.title, self.variant) if part)


class Drawing(models.Model):
    """A picture or a drawing of a pattern."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="of_pattern")
    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="drawings")

    def __str__(self) -> str:
        return str(self.evidence)
