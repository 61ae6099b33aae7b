from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.programmes.craftsmen.models.craftsman import Craftsman, OfCraftsmen


class LessonKind(models.TextChoices):
    BASIC = "basic", _("基础课")
    SKILL = "skill", _("技能课")
    PRACTICE = "practice", _("实训课")


class Session(OfCraftsmen):
    """One sitting of a training: one kind of lesson, in one place, from when to when."""

    title = models.CharField(_("培训内容"), max_length=80)
    kind = models.CharField(_("课程类别"), max_length=10, choices=LessonKind)
    venue = models.CharField(_("地点"), max_length=80)
    teacher = models.CharField(_("授课人"), max_length=40, blank=True)
    starts = models.DateTimeField(_("开始"))
    ends = models.DateTimeField(_("结束"))
    called_off_at = models.DateTimeField(null=True)
    called_off_why = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["region", "starts"], name="session_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds()) // 60


class Arrival(models.TextChoices):
    SCAN = "scan", _("扫码签到")
    DESK = "desk", _("经办人代签")


class Attendance(OfCraftsmen):
    """That a craftsman was at a session. Struck out where it proves wrong, never deleted."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances")
    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="attendances")
    how = models.CharField(max_length=6, choices=Arrival)
    arrived_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()  # what counts of the session
    struck_at = models.DateTimeField(null=True)
    struck_why = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "craftsman"], condition=models.Q(struck_at=None), name="attendance_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.craftsman} {self.session}"
