from django.db import models
from django.utils.translation import gettext_lazy as _

from hemei.core.models.place import Place


class Person(models.Model):
    """A household member, a craftsman, a witness: somebody who need not have an account."""

    name = models.CharField(_("姓名"), max_length=60)
    region = models.CharField(max_length=15, db_index=True)
    id_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)  # HMAC: tells equal from different
    id_last4 = models.CharField(max_length=4, blank=True)
    id_cipher = models.BinaryField(null=True)  # only where a matter needs the whole number
    id_doubtful = models.BooleanField(_("证件号待核"), default=False)
    phone = models.BinaryField(default=bytes)  # encrypted
    phone_masked = models.CharField(max_length=30, blank=True)
    erased_at = models.DateTimeField(null=True)  # name and numbers were deleted; what happened at the house stays

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """户: who lives together, by the number the village's ledger gives it."""

    region = models.CharField(max_length=15)
    number = models.CharField(_("户号"), max_length=40)
    group = models.CharField(_("组"), max_length=40, blank=True)
    head = models.ForeignKey(Person, models.PROTECT, null=True, related_name="heads")
    size = models.PositiveSmallIntegerField(_("人口"), null=True)
    places = models.ManyToManyField(Place, through="Holding", related_name="households")

    class Meta:
        ordering = ["region", "number"]
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="household_number_in_region")]

    def __str__(self) -> str:
        return f"{self.number} {self.head or ''}".strip()


class HouseholdMember(models.Model):
    household = models.ForeignKey(Household, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    relation = models.CharField(_("与户主关系"), max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "person"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.person} ({self.relation})"


class HoldingRole(models.TextChoices):
    OWNER = "owner", _("产权人")
    USER = "user", _("使用人")


class Holding(models.Model):
    """Which household owns or uses which place, and from when to when."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="holdings", db_index=False)
    place = models.ForeignKey(Place, models.CASCADE, related_name="holdings")
    role = models.CharField(max_length=10, choices=HoldingRole, default=HoldingRole.OWNER)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "place", "role"], name="holding_once")]

    def __str__(self) -> str:
        return f"{self.household} {self.role} {self.place}"
