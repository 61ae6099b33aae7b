from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    VILLAGE_COMMITTEE = "village_committee", _("村（居）民委员会")
    TOWNSHIP_OFFICE = "township_office", _("乡镇办公室")
    HOUSING_BUREAU = "housing_bureau", _("住建部门")
    BUREAU = "bureau", _("其他区级部门")
    APPRAISAL_AGENCY = "appraisal_agency", _("鉴定机构")
    BUILDING_FIRM = "building_firm", _("施工企业")
    OTHER = "other", _("其他单位")


class Unit(models.Model):
    """单位: who issues documents and answers for cases."""

    name = models.CharField(_("单位名称"), max_length=100)
    seal_name = models.CharField(_("印章名称"), max_length=100)
    kind = models.CharField(_("类别"), max_length=24, choices=UnitKind)
    region = models.CharField(_("服务区域"), max_length=15, db_index=True)
    phone = models.CharField(_("办公电话"), max_length=30, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["region", "name"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="unit_name_in_region")]

    def __str__(self) -> str:
        return self.name
