from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.job import Job


class BatchState(models.TextChoices):
    READING = "reading", _("正在读取")
    ASKING = "asking", _("待对应列名")
    READY = "ready", _("待确认")
    APPLYING = "applying", _("正在导入")
    APPLIED = "applied", _("已导入")
    DISCARDED = "discarded", _("已放弃")
    FAILED = "failed", _("读取失败")


LEFT_LYING = (BatchState.READY, BatchState.ASKING, BatchState.FAILED)
"""States in which a batch waits for somebody, with its rows and files."""


class ImportBatch(models.Model):
    """One upload or folder of registers: parsed into staged rows, then applied whole or not at all."""

    region = models.CharField(max_length=15, db_index=True)
    matter = models.CharField(max_length=20, default="*")  # of the duty under which it was begun
    name = models.CharField(max_length=200)
    folder = models.CharField(max_length=300)  # where the uploaded files lie, below VAR
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.READING)
    job = models.ForeignKey(Job, models.SET_NULL, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    layout = models.JSONField(default=dict)  # as `district.yaml` would say it, where a person said it on the page
    understood = models.JSONField(default=dict)  # per file: header row, columns, coordinate system
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class RowOutcome(models.TextChoices):
    NEW = "new", _("新增")
    CHANGED = "changed", _("变更")
    UNCHANGED = "unchanged", _("无变化")
    MATCH = "match", _("疑似同一，待确认")
    REFUSED = "refused", _("未通过")


class Decision(models.TextChoices):
    """What a person says of a row that resembles a place already there."""

    OPEN = "", _("待定")
    SAME = "same", _("是同一处")
    OTHER = "other", _("不是同一处")


class StagedRow(models.Model):
    """One row of a register as it was understood."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    register = models.CharField(max_length=20)  # a key of core.actions.register.catalogue
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    key = models.CharField(max_length=160, blank=True)
    values = models.JSONField(default=dict)
    personal = models.BinaryField(null=True)  # encrypted: what must not lie about in clear
    original = models.JSONField(default=dict)
    geometry = models.BinaryField(null=True)  # WKB as it came, of a row that goes back
    target = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)  # of a MATCH

    class Meta:
        indexes = [models.Index(fields=["batch", "register", "outcome", "id"], name="staged_list")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.outcome}"


class TableShape(models.Model):
    """How a table with these headings was read the last time somebody looked: proposed for the next one."""

    region = models.CharField(max_length=15)  # the district
    shape = models.CharField(max_length=64)  # a digest of the headings
    register = models.CharField(max_length=20)
    said = models.JSONField(default=dict)  # as `district.yaml` would say it
    at = models.DateTimeField(auto_now=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "shape", "register"], name="shape_once")]

    def __str__(self) -> str:
        return f"{self.region} {self.register} {self.shape[:8]}"
