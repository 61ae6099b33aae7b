from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from hemei.core.models.unit import Unit


class AccountManager(BaseUserManager["Account"]):
    pass


class Account(AbstractBaseUser):
    """Somebody who signs in. What they may do is said by their duties, and nowhere else."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.BinaryField(default=bytes)  # encrypted
    phone_masked = models.CharField(max_length=30, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)  # somebody else has seen it
    is_demo = models.BooleanField(default=False)
    sign_ins_ended = models.PositiveIntegerField(default=0)  # how often everything that was signed in had to end
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        ordering = ["username"]
        indexes = [models.Index(fields=["id"], name="account_demo", condition=models.Q(is_demo=True))]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session must show to go on: another one after each change of password or of two-step verification."""
        of_password = super().get_session_auth_hash()
        if not self.sign_ins_ended:
            return of_password
        return salted_hmac("sign-in", f"{self.sign_ins_ended}:{of_password}", algorithm="sha256").hexdigest()

    def end_sign_ins(self) -> None:
        """Sign them out wherever they are; whoever asked for it in a session of their own has it renewed there."""
        Account.objects.filter(pk=self.pk).update(sign_ins_ended=F("sign_ins_ended") + 1)
        self.refresh_from_db(fields=["sign_ins_ended"])


class DutyQuerySet(models.QuerySet["Duty"]):
    def on(self, day: date) -> DutyQuerySet:
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day, account__is_active=True)


class Duty(models.Model):
    """A person in a unit × a matter × a region prefix × dates, in a role."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties")
    role = models.CharField(_("岗位"), max_length=40)
    matter = models.CharField(_("事项"), max_length=20)  # a programme's key, or "*" for every matter
    region = models.CharField(_("负责区域"), max_length=15, db_index=True)
    starts = models.DateField(_("开始日期"))
    ends = models.DateField(_("结束日期"), null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = ["region", "role", "id"]

    def __str__(self) -> str:
        return f"{self.account} · {self.role} · {self.region}"
