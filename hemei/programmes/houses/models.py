from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Place, Unit


class Structure(models.TextChoices):
    EARTH_TIMBER = "earth_timber", _("土木")
    BRICK_TIMBER = "brick_timber", _("砖木")
    MIXED = "mixed", _("砖土混杂")
    TIMBER = "timber", _("木结构")
    STONE_TIMBER = "stone_timber", _("石木")
    BRICK_CONCRETE = "brick_concrete", _("砖混")
    FRAME = "frame", _("框架")
    UNKNOWN = "", _("不详")


class SafetyGrade(models.TextChoices):
    A = "A", _("A 级（基本完好）")
    B = "B", _("B 级（轻微损坏）")
    C = "C", _("C 级（局部危房）")
    D = "D", _("D 级（整幢危房）")


class House(models.Model):
    """What only a house has. The row of core.place says where it stands."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True, related_name="house")
    structure = models.CharField(_("结构类型"), max_length=16, choices=Structure, blank=True)
    year_built = models.PositiveSmallIntegerField(_("建成年份"), null=True)
    storeys = models.PositiveSmallIntegerField(_("层数"), null=True)
    floor_area_m2 = models.FloatField(_("建筑面积（平方米）"), null=True)
    business_use = models.BooleanField(_("经营用途"), default=False)
    cut_slope = models.BooleanField(_("切坡建房"), default=False)
    occupied = models.BooleanField(_("有人居住"), null=True)
    occupied_since = models.DateField(null=True)
    grade = models.CharField(_("鉴定等级"), max_length=1, choices=SafetyGrade, blank=True)  # of the newest appraisal
    graded_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["grade"], name="house_by_grade"),
            # All that the overview asks of a house, so that it need not read the houses themselves.
            models.Index(
                fields=["place", "grade", "occupied", "structure", "cut_slope", "business_use"], name="house_by_risk"
            ),
        ]

    def __str__(self) -> str:
        return str(self.place)


class Resilience(models.TextChoices):
    FULL = "full", _("具备")
    PARTIAL = "partial", _("部分具备")
    NONE = "none", _("完全不具备")


class Appraisal(models.Model):
    """鉴定: a formal act of an agency or trained persons, with a sealed report. Never changed."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="appraisals")
    region = models.CharField(max_length=15, db_index=True)
    unit = models.ForeignKey(Unit, models.PROTECT)
    report_no = models.CharField(_("报告编号"), max_length=60)
    on = models.DateField(_("鉴定日期"))
    site_safe = models.BooleanField(_("场地安全"))
    parts = models.JSONField(default=dict)  # part → a, b, c, d
    worst_grade = models.CharField(max_length=1, choices=SafetyGrade)  # by the worst part, or the site
    grade = models.CharField(max_length=1, choices=SafetyGrade)  # as sealed
    override_reason = models.TextField(blank=True)
    resilience = models.CharField(max_length=8, choices=Resilience, blank=True)
    signatories = models.JSONField(default=list)
    after_repair = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        ordering = ["place_id", "on", "id"]
        constraints = [models.UniqueConstraint(fields=["unit", "report_no"], name="report_number_once")]

    def __str__(self) -> str:
        return f"{self.report_no} {self.grade}"
