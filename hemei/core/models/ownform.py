from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FormUse(models.TextChoices):
    """What a form is filled for."""

    PLACE = "place", _("一处一份（一户一档、认定表）")
    REGION = "region", _("一个区域一份（台账、月报）")


class OwnForm(models.Model):
    """自备表格: a form of the district's or the province's own, with placeholders that are filled from the register."""

    region = models.CharField(max_length=15)
    name = models.CharField(_("表名"), max_length=80)
    use = models.CharField(_("怎么填"), max_length=8, choices=FormUse)
    filename = models.CharField(max_length=120)
    content = models.BinaryField()
    asks = models.JSONField(default=list)  # its placeholders
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["region", "name", "id"]
        indexes = [models.Index(fields=["region", "use"], name="own_form_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        return self.filename.rpartition(".")[2].lower()
