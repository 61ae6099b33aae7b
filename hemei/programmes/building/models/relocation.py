from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.appendonly import AppendOnly
from hemei.programmes.building.models.permit import Permit


class Stage(models.TextChoices):
    """The stages of an ecological relocation beside its permit, in their order; the new house stands between."""

    ELIGIBLE = "eligible", _("资格认定")
    AGREED = "agreed", _("签订搬迁协议")
    DEMOLISHED = "demolished", _("旧房拆除")
    GREENED = "greened", _("原址复绿")


class RelocationStage(AppendOnly):
    """A stage as it was reached, by its document. Each once."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="relocation")
    stage = models.CharField(_("阶段"), max_length=10, choices=Stage)
    on = models.DateField(_("日期"))
    document = models.CharField(_("依据的文件和文号"), max_length=160)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    actor = models.CharField(max_length=40)

    class Meta:
        ordering = ["permit_id", "id"]
        constraints = [models.UniqueConstraint(fields=["permit", "stage"], name="relocation_stage_once")]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.stage}"
