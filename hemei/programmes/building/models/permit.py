from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Evidence, Household, Person, Place
from hemei.core.models.appendonly import AppendOnly


class Work(models.TextChoices):
    NEW = "new", _("新建")
    REBUILD = "rebuild", _("原址翻建")
    EXTEND = "extend", _("改扩建")
    STOREY = "storey", _("加层")
    DANGEROUS = "dangerous", _("危房重建")
    RELOCATE = "relocate", _("搬迁安置")
    ECOLOGICAL = "ecological", _("生态搬迁")


class Land(models.TextChoices):
    HOMESTEAD = "homestead", _("原有宅基地")
    CONSTRUCTION = "construction", _("其他建设用地")
    UNUSED = "unused", _("未利用地")
    FARMLAND = "farmland", _("农用地")
    UNKNOWN = "", _("没有查明")


class Design(models.TextChoices):
    PATTERN = "pattern", _("选用图集")
    UNIT = "unit", _("有资质的单位设计")
    NONE = "", _("没有")


class Fate(models.TextChoices):
    DEMOLISH = "demolish", _("拆除，交回宅基地或原址重建")
    KEEP = "keep", _("保留，在它上面加建、改建")
    COLLECTIVE = "collective", _("交给集体")
    UNKNOWN = "", _("没有写明")


class Tri(models.TextChoices):
    YES = "yes", _("在")
    NO = "no", _("不在")
    UNKNOWN = "", _("没有查明")


class OfBuilding(models.Model):
    """What belongs to this programme and stands in a region: duties for its matter reach it."""

    matter = "building"

    region = models.CharField(max_length=15)

    class Meta:
        abstract = True


class Permit(OfBuilding):
    """One house to be built: what was asked for, where it stands in its life, and what was decided.

    The asked-for values are those of the last filing; each step that filed them keeps them too. From the approval on
    they are as approved, and nothing changes them.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="permits")
    group = models.CharField(_("组"), max_length=40, blank=True)
    work = models.CharField(_("建房类型"), max_length=10, choices=Work)
    reason = models.CharField(_("申请理由"), max_length=300)
    address = models.CharField(_("建房地点"), max_length=200)
    bounds = models.CharField(_("四至"), max_length=200)
    land = models.CharField(_("占用什么地"), max_length=14, choices=Land, blank=True)
    plot_m2 = models.FloatField(_("宅基地面积（平方米）"))
    footprint_m2 = models.FloatField(_("基底面积（平方米）"))
    floor_area_m2 = models.FloatField(_("建筑面积（平方米）"))
    storeys = models.PositiveSmallIntegerField(_("层数"))
    eaves_m = models.FloatField(_("檐口高度（米）"), null=True)
    height_m = models.FloatField(_("总高度（米）"), null=True)
    structure = models.CharField(_("结构"), max_length=40, blank=True)
    roof = models.CharField(_("屋面样式和颜色"), max_length=60, blank=True)
    walls = models.CharField(_("外墙材料和颜色"), max_length=60, blank=True)
    design = models.CharField(_("设计"), max_length=8, choices=Design, blank=True)
    design_by = models.CharField(_("图集户型或设计单位"), max_length=80, blank=True)
    pattern = models.ForeignKey("building.Pattern", models.PROTECT, null=True, related_name="chosen_by")
    old_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="rebuilt_by")
    old_fate = models.CharField(_("旧房怎么处置"), max_length=12, choices=Fate, blank=True)
    conversion = models.CharField(_("农用地转用批文"), max_length=80, blank=True)
    forest = models.CharField(_("在不在林地"), max_length=4, choices=Tri, blank=True)
    forest_consent = models.CharField(_("占用林地的同意文件"), max_length=80, blank=True)
    reserve = models.CharField(_("在不在国家公园或自然保护区"), max_length=4, choices=Tri, blank=True)
    reserve_consent = models.CharField(_("公园、保护区的同意文件"), max_length=80, blank=True)
    lon = models.FloatField(_("经度"), null=True)
    lat = models.FloatField(_("纬度"), null=True)
    width_m = models.FloatField(_("面宽（米）"), null=True)
    depth_m = models.FloatField(_("进深（米）"), null=True)
    turn = models.FloatField(_("朝向转角（度）"), null=True)  # of the width, clockwise from east
    footprint = models.BinaryField(_("房屋轮廓（图上）"), null=True)  # WKB, CGCS2000 degrees
    plot = models.BinaryField(_("宅基地界线（图上）"), null=True)
    joint = models.BooleanField(_("几个部门联合办理"), default=False)

    state = models.CharField(max_length=18, default="applied")
    since = models.DateField()  # in this state from this day on
    due_on = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)
    filed_at = models.DateTimeField()

    meeting = models.JSONField(default=dict)  # convened, entitled, present, in_favour
    notice_ends = models.DateField(null=True)  # its last day
    notice_worked_days = models.PositiveSmallIntegerField(null=True)
    objections_open = models.BooleanField(default=False)

    number = models.CharField(_("许可编号"), max_length=30, blank=True)
    planning_number = models.CharField(_("乡村建设规划许可证号"), max_length=40, blank=True)
    planning_issuer = models.CharField(_("规划许可发证单位"), max_length=80, blank=True)
    land_number = models.CharField(_("宅基地批准书号"), max_length=40, blank=True)
    land_issuer = models.CharField(_("宅基地批准书发证单位"), max_length=80, blank=True)
    approved_on = models.DateField(null=True)
    code = models.TextField(blank=True)  # what the printed code says, signed

    builder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="built")
    builder_firm = models.CharField(_("施工单位"), max_length=80, blank=True)
    as_built = models.JSONField(default=dict)
    accepted_on = models.DateField(null=True)
    house = models.ForeignKey(Place, models.PROTECT, null=True, related_name="built_by")

    class Meta:
        indexes = [
            models.Index(fields=["region", "state", "due_on", "id"], name="permit_queue"),
            models.Index(fields=["region", "-id"], name="permit_list"),
            models.Index(fields=["state", "region", "id"], name="permit_by_state"),
            models.Index(fields=["region", "lon", "lat", "state"], name="permit_map"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="permit_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.get_work_display()}"


class PermitStep(AppendOnly):
    """One step of a permit's life, as it happened (at) and as it became known (recorded_at)."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=24)
    from_state = models.CharField(max_length=18, blank=True)
    to_state = models.CharField(max_length=18)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    worked_days = models.PositiveSmallIntegerField(null=True)  # in the state that it leaves
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    note = models.TextField(blank=True)
    data: Any = models.JSONField(default=dict)  # what was filed, the meeting, the gates at the decision

    class Meta:
        ordering = ["permit_id", "id"]
        indexes = [models.Index(fields=["from_state", "at"], name="permit_step_left")]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.verb}"


class PermitFile(models.Model):
    """Which file belongs to which permit, and to what of it."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="of_permit")
    permit = models.ForeignKey(Permit, models.PROTECT, related_name="files")
    step = models.ForeignKey(PermitStep, models.PROTECT, null=True, related_name="files")
    visit = models.ForeignKey("building.Visit", models.PROTECT, null=True, related_name="files")
    stage = models.ForeignKey("building.RelocationStage", models.PROTECT, null=True, related_name="files")

    def __str__(self) -> str:
        return str(self.evidence)
