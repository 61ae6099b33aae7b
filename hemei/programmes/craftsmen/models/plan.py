from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.programmes.craftsmen.models.craftsman import Craftsman, OfCraftsmen
from hemei.programmes.craftsmen.models.training import Session


class Plan(OfCraftsmen):
    """培训计划: what is to be taught, by whom, to how many, in how many hours of each kind; its sessions follow."""

    title = models.CharField(_("计划名称"), max_length=80)
    body = models.CharField(_("培训机构"), max_length=80, blank=True)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    places = models.PositiveSmallIntegerField(_("计划人数"), null=True)
    basic = models.PositiveSmallIntegerField(_("基础课（课时）"), null=True)
    skill = models.PositiveSmallIntegerField(_("技能课（课时）"), null=True)
    practice = models.PositiveSmallIntegerField(_("实训课（课时）"), null=True)
    sessions = models.ManyToManyField(Session, through="PlanSession", related_name="plans")
    actor = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["region", "starts_on"], name="plan_list")]

    def __str__(self) -> str:
        return self.title


class PlanSession(models.Model):
    """Which plan a session belongs to: one, or none."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="in_plan")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="held")

    def __str__(self) -> str:
        return f"{self.plan} {self.session}"


SCORE = (MaxValueValidator(100),)


class ExamResult(OfCraftsmen):
    """How somebody did in the examination of a plan. Never changed: who sits it again has another row."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="results")
    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="results")
    on = models.DateField(_("考试日期"))
    theory = models.PositiveSmallIntegerField(_("理论成绩"), null=True, validators=SCORE)
    practice = models.PositiveSmallIntegerField(_("实操成绩"), null=True, validators=SCORE)
    passed = models.BooleanField(_("合格"))
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "craftsman", "on"], name="exam_once_a_day")]

    def __str__(self) -> str:
        return f"{self.craftsman} {self.plan} {self.passed}"
