from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.appendonly import AppendOnly
from hemei.programmes.building.models.permit import Permit


class Opinion(AppendOnly):
    """What one office says in the joint review. A later word of the same office replaces it; both stay."""

    class Said(models.TextChoices):
        AGREES = "agrees", _("同意")
        OBJECTS = "objects", _("不同意")
        NOT_OURS = "not_ours", _("不涉及")

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="opinions")
    office = models.CharField(_("部门"), max_length=40)
    said = models.CharField(_("意见"), max_length=8, choices=Said)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    def __str__(self) -> str:
        return f"{self.office} {self.said}"


class Visit(AppendOnly):
    """到场: somebody stood on the plot. Which visits there are is the district's list."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="visits")
    kind = models.CharField(_("哪一次到场"), max_length=60)
    on = models.DateField(_("哪一天"))
    people = models.CharField(_("到场的人（都要签字）"), max_length=200)
    found = models.CharField(_("看到什么、量了多少"), max_length=1000)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class OnSite(AppendOnly):
    """What was found on site about a gate that the register could not answer. Holds while its answer is that one."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="found_on_site")
    gate = models.CharField(max_length=20)
    was = models.CharField(max_length=300)  # what the gate said then, in words
    outcome = models.CharField(_("现场认定"), max_length=7)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="settled")
    note = models.CharField(_("怎么认定的"), max_length=500)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    def __str__(self) -> str:
        return f"{self.gate} {self.outcome}"


class SetAside(models.Model):
    """A failing gate set aside by two officers: document, reason, who signed second. Holds for that failure only."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="set_aside")
    gate = models.CharField(max_length=20)
    was = models.CharField(max_length=300)
    document = models.CharField(_("依据的文件和文号"), max_length=160)
    reason = models.CharField(_("理由"), max_length=500)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=40, blank=True)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.gate} {self.document}"
