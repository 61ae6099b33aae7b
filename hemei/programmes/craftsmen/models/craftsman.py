from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Person


class Trade(models.TextChoices):
    MASON = "mason", _("泥瓦工")
    REBAR = "rebar", _("钢筋工")
    CARPENTER = "carpenter", _("木工")
    FITTER = "fitter", _("水电安装工")
    OTHER = "other", _("其他工种")


class OfCraftsmen(models.Model):
    """What belongs to this programme and stands in a region: duties for its matter reach it."""

    matter = "craftsmen"

    region = models.CharField(max_length=15)

    class Meta:
        abstract = True


class Craftsman(OfCraftsmen):
    """乡村建设工匠: a person of the core, and what only a craftsman has."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="craftsman")
    trade = models.CharField(_("工种"), max_length=12, choices=Trade)
    level = models.CharField(_("技能等级"), max_length=20, blank=True)  # in the district's words
    lead = models.BooleanField(_("带头工匠"), default=False)
    team = models.CharField(_("班组"), max_length=60, blank=True)
    shown = models.JSONField(default=list)  # what the public directory says of them, as they agreed; [] nothing
    agreed_on = models.DateField(null=True)
    agreed_by = models.CharField(max_length=160, blank=True, default="")  # the paper they signed
    left_on = models.DateField(null=True)
    told_of = models.DateField(null=True)  # the end of their papers of which the township was told last

    class Meta:
        indexes = [models.Index(fields=["region", "id"], name="craftsman_list")]

    def __str__(self) -> str:
        return self.person.name


class Certificate(OfCraftsmen):
    """培训合格证书: what a training body issued, as it lies on the desk. Never changed, only revoked."""

    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="certificates")
    body = models.CharField(_("发证机构"), max_length=80)
    number = models.CharField(_("证书编号"), max_length=60)
    issued_on = models.DateField(_("发证日期"))
    valid_to = models.DateField(_("有效期至"))  # the last day on which it is valid
    revoked_on = models.DateField(null=True)
    revoked_why = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "number"], name="certificate_once")]
        indexes = [models.Index(fields=["valid_to"], name="certificate_by_end")]

    def __str__(self) -> str:
        return self.number


class EarlierTraining(OfCraftsmen):
    """A training that was not held in this system, as a list, a certificate or the training body's document says.

    Minutes of each kind of lesson; null where nobody knows them.
    """

    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="earlier")
    on = models.DateField(_("培训结束日期"))
    body = models.CharField(_("培训机构"), max_length=80, blank=True)
    basic = models.PositiveSmallIntegerField(null=True)
    skill = models.PositiveSmallIntegerField(null=True)
    practice = models.PositiveSmallIntegerField(null=True)
    document = models.CharField(_("依据的文件和文号"), max_length=160, blank=True, default="")
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["craftsman", "on"], name="earlier_training_once")]

    def __str__(self) -> str:
        return f"{self.craftsman} {self.on}"

    @property
    def minutes(self) -> dict[str, int]:
        """Kind of lesson → minutes, of the kinds that are known."""
        told = {"basic": self.basic, "skill": self.skill, "practice": self.practice}
        return {kind: some for kind, some in told.items() if some is not None}


class DutyCard(OfCraftsmen):
    """上岗牌: what a craftsman wears, with a code that carries what it says and our signature."""

    craftsman = models.ForeignKey(Craftsman, models.PROTECT, related_name="cards")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="cards")
    number = models.CharField(_("牌号"), max_length=30, unique=True)
    code = models.TextField()
    issued_on = models.DateField()
    valid_to = models.DateField()
    revoked_on = models.DateField(null=True)
    revoked_why = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.number
