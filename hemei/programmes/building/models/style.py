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
    """A finished house put forward to be shown to others, and what the district's review made of it.

    The village or the township puts it forward, the district reviews. What was declined may be put forward again.
    """

    class Outcome(models.TextChoices):
        NOMINATED = "nominated", _("已推荐，等区里评审")
        MARKED = "marked", _("评为示范房")
        DECLINED = "declined", _("没有评上")

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="demonstrations")
    reason = models.CharField(_("推荐理由"), max_length=500, blank=True)  # empty where it was marked without
    nominated_on = models.DateField(_("推荐日期"), null=True)
    nominated_by = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(_("评审结果"), max_length=12, choices=Outcome.choices, default=Outcome.NOMINATED)
    review = models.CharField(_("评审意见"), max_length=500, blank=True)
    reviewed_by = models.CharField(_("评审的人"), max_length=200, blank=True)
    document = models.CharField(_("评审文件和文号"), max_length=160, blank=True)
    on = models.DateField(_("评审日期"), null=True)
    actor = models.CharField(max_length=40, blank=True)  # who recorded the review

    class Meta:
        ordering = ["permit_id", "id"]
        indexes = [models.Index(fields=["region", "outcome"], name="demonstration_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["permit"], condition=~models.Q(outcome="declined"), name="one_demonstration_each"
            )
        ]

    def __str__(self) -> str:
        return str(self.permit)
