from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Check, Place
from hemei.programmes.building.models.permit import OfBuilding, Permit


class Wrong(models.TextChoices):
    WITHOUT = "without", _("没有批准就建")
    AGAINST = "against", _("不按批准的建")
    PLACE = "place", _("建在不能建的地方")


class Lead(OfBuilding):
    """A house built without a permit or against it, handed to whoever enforces: apart from the loop of repairs."""

    wrong = models.CharField(_("什么问题"), max_length=8, choices=Wrong)
    where = models.CharField(_("在哪里"), max_length=200)
    found = models.CharField(_("看到什么"), max_length=1000)
    seen_on = models.DateField(_("哪天发现"))
    permit = models.ForeignKey(Permit, models.PROTECT, null=True, related_name="leads")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="building_leads")
    check_seen = models.ForeignKey(Check, models.PROTECT, null=True, related_name="building_leads")  # by which look
    handed_to = models.CharField(_("移交给"), max_length=80)
    document = models.CharField(_("移交文号"), max_length=80)
    handed_on = models.DateField(_("移交日期"))
    actor = models.CharField(max_length=40)
    outcome = models.CharField(_("处理结果"), max_length=500, blank=True)
    outcome_document = models.CharField(_("处理文书文号"), max_length=80, blank=True)
    ended_on = models.DateField(_("处理日期"), null=True)

    class Meta:
        indexes = [models.Index(fields=["region", "-id"], name="lead_list")]

    def __str__(self) -> str:
        return f"{self.where} {self.get_wrong_display()}"
