from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.check import Check, Tier
from hemei.core.models.place import Place
from hemei.core.models.unit import Unit


class RoundState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    CLOSED = "closed", _("已结束")


class Round(models.Model):
    """A turn of looking: which places of a region, in which tier, between which days."""

    matter = models.CharField(max_length=20)
    tier = models.CharField(max_length=8, choices=Tier)
    name = models.CharField(_("轮次名称"), max_length=80)
    region = models.CharField(_("范围"), max_length=15, db_index=True)
    starts = models.DateField(_("开始日期"))
    ends = models.DateField(_("截止日期"))
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.DRAFT)
    reason = models.CharField(_("缘由"), max_length=80, blank=True)
    minutes_each = models.PositiveSmallIntegerField(default=20)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts", "-id"]

    def __str__(self) -> str:
        return self.name


class Due(models.Model):
    """One place that is to be looked at in a round, by whom, by when."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="dues", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="dues", db_index=False)
    region = models.CharField(max_length=15)
    due_on = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="dues")
    check_made = models.ForeignKey(Check, models.PROTECT, null=True, related_name="dues")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "place"], name="due_once")]
        indexes = [
            models.Index(fields=["region", "done_at", "due_on"], name="due_open"),
            models.Index(fields=["place", "done_at"], name="due_of_place"),
            models.Index(fields=["round", "region", "due_on", "done_at"], name="due_of_round"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.due_on}"


class DrawState(models.TextChoices):
    FROZEN = "frozen", _("名单已封存")
    DRAWN = "drawn", _("已抽取")
    PUBLISHED = "published", _("已公布")


class Draw(models.Model):
    """A random draw: the frame frozen and its hash public before the seed exists."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="draw")
    region = models.CharField(max_length=15, db_index=True)
    state = models.CharField(max_length=10, choices=DrawState, default=DrawState.FROZEN)
    event = models.CharField(_("公开事件"), max_length=160)  # named beforehand, e.g. a lottery's number of a date
    event_on = models.DateField(_("事件日期"))
    opens_on = models.DateField(_("名单启用日期"))
    frame = models.BinaryField()
    frame_hash = models.CharField(max_length=64)
    sizes = models.JSONField(default=dict)  # township → houses to draw
    codes = models.BinaryField()  # encrypted: opaque code → place, published only after the visit
    seed = models.CharField(_("种子"), max_length=120, blank=True)
    drawn = models.JSONField(default=list)
    inspectors = models.JSONField(default=list)  # [{code, avoids}], as frozen and published
    inspectors_hash = models.CharField(max_length=64, default="")  # SHA-256 of their canonical JSON
    assignments = models.JSONField(default=dict)
    frozen_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.round} {self.frame_hash[:12]}"
