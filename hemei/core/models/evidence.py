from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.case import CaseStep
from hemei.core.models.check import Check
from hemei.core.models.place import Place


class EvidenceSource(models.TextChoices):
    CAMERA = "camera", _("现场拍摄")
    ALBUM = "album", _("相册")
    CHAT = "chat", _("聊天转存")
    SCAN = "scan", _("扫描件")
    UNKNOWN = "", _("来源未注明")


class Evidence(models.Model):
    """An original file: what it is, where it came from, when and where it was taken, as far as is known."""

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    source = models.CharField(max_length=10, choices=EvidenceSource, blank=True)
    device_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    lon = models.FloatField(null=True)  # null: 无定位
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    region = models.CharField(max_length=15, db_index=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="evidence")
    check_made = models.ForeignKey(Check, models.PROTECT, null=True, related_name="evidence")
    step = models.ForeignKey(CaseStep, models.PROTECT, null=True, related_name="evidence")
    question = models.CharField(max_length=80, blank=True)  # in a repeat with the number of its instance: crack.2
    actor = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name
