"""What a district keeps of its control lines: layers by version, its own rules, screenings, what was decided."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Case, Evidence, Job, Place


class OfControl(models.Model):
    """What belongs to this programme and stands in a region: duties for its matter reach it."""

    matter = "control"

    region = models.CharField(max_length=15)

    class Meta:
        abstract = True


class Visibility(models.TextChoices):
    PUBLIC = "public", _("公开")
    INTERNAL = "internal", _("内部")


class LayerVersion(OfControl):
    """One version of a layer: the file as it was uploaded, who published it, and from when to when it holds."""

    kind = models.CharField(_("图层"), max_length=40)  # a layer of the rules, or `zones`
    visibility = models.CharField(_("公开范围"), max_length=8, choices=Visibility)
    publisher = models.CharField(_("发布单位"), max_length=80)
    document = models.CharField(_("文件和文号"), max_length=160, blank=True)
    starts = models.DateField(_("从哪天起有效"))
    ends = models.DateField(_("到哪天为止"), null=True)
    original = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    layername = models.CharField(max_length=120, blank=True)  # which of a file's layers
    version = models.CharField(max_length=16)  # digest of what was read
    features = models.PositiveIntegerField()
    class_column = models.CharField(max_length=120, blank=True)
    classes = models.JSONField(default=dict)  # value of that column → class of the rules
    tier_column = models.CharField(max_length=120, blank=True)  # of zones only
    half_width_m = models.FloatField(_("中心线的假定半宽（米）"), default=0.0)
    crs = models.CharField(max_length=120)  # as the file says
    remarks = models.JSONField(default=list)
    is_demo = models.BooleanField(_("演示"), default=False)
    withdrawn_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        ordering = ["region", "kind", "-starts", "-id"]
        indexes = [models.Index(fields=["region", "kind", "starts"], name="control_layer_on_date")]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    def holds(self, on: date) -> bool:
        withdrawn = self.withdrawn_on is not None and self.withdrawn_on <= on
        return self.starts <= on and (self.ends is None or on <= self.ends) and not withdrawn


class OwnLaw(OfControl):
    """The district's own clauses, numbers, layers, rules and plan, whole, as somebody left them: the newest one holds.

    `entries` are the lists that the files of `hemei.law` hold, by the file's name.
    """

    entries = models.JSONField(default=dict)
    said = models.CharField(max_length=200)  # what was changed, and by which document
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        ordering = ["region", "-id"]
        indexes = [models.Index(fields=["region", "id"], name="control_law_newest")]

    def __str__(self) -> str:
        return f"{self.region} {self.pk}"


class Run(OfControl):
    """One screening of all that stands. Failing and unknown verdicts lie in a file; here is what they add up to."""

    on = models.DateField()
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    law = models.ForeignKey(OwnLaw, models.PROTECT, null=True, related_name="+")
    layers = models.JSONField(default=dict)  # kind → version
    buildings = models.PositiveIntegerField(default=0)
    spots = models.PositiveIntegerField(default=0)  # of them known by a point only
    unplaced = models.PositiveIntegerField(default=0)  # not on the map, and so not screened
    counts = models.JSONField(default=dict)  # rule → village → [pass, fail, unknown, 未配置]
    remarks = models.JSONField(default=list)
    seconds = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)  # null: still going, or stopped

    class Meta:
        ordering = ["region", "-id"]
        indexes = [models.Index(fields=["region", "id"], name="control_run_newest")]

    def __str__(self) -> str:
        return f"{self.region} {self.on}"


class Reckoned(OfControl):
    """The layers and the law by which the verdicts of what is under way were last told. The newest one counts."""

    on = models.DateField()
    law = models.ForeignKey(OwnLaw, models.PROTECT, null=True, related_name="+")
    layers = models.JSONField(default=list)  # keys of the versions that held
    told = models.PositiveIntegerField(default=0)  # how many proposals had another verdict than before
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["region", "-id"]
        indexes = [models.Index(fields=["region", "id"], name="control_reckoned_newest")]

    def __str__(self) -> str:
        return f"{self.region} {self.on}"


class Decided(models.TextChoices):
    CASE = "case", _("已立案")
    EXISTING = "existing", _("既有")
    WRONG = "wrong", _("不属实")


class Decision(OfControl):
    """What an officer said of a failing verdict about something that stands: only then is it a case."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="control_decisions")
    rule = models.CharField(max_length=60)
    decided = models.CharField(max_length=8, choices=Decided)
    why = models.CharField(_("依据或说明"), max_length=300, blank=True)
    layer_version = models.CharField(max_length=16, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        ordering = ["place_id", "rule", "id"]
        indexes = [models.Index(fields=["place", "rule", "id"], name="control_decision_of")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.rule} {self.decided}"
