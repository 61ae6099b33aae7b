from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemei.core.models.place import Place


class Tier(models.TextChoices):
    """Who looks: the household daily, village and township regularly, the district at random."""

    SELF = "self", _("农户自查")
    SURVEY = "survey", _("镇村排查")
    PATROL = "patrol", _("区级巡查")


class Channel(models.TextChoices):
    """How an answer came in. All but the first two are 代报: somebody answered for the household."""

    PAGE = "page", _("本人填报")
    STAFF = "staff", _("现场查看")
    CALL = "call", _("电话代报")
    VISIT = "visit", _("上门代报")
    CARD = "card", _("纸卡代报")
    NEIGHBOUR = "neighbour", _("亲邻代报")
    IMPORT = "import", _("台账导入")


class FormVersion(models.Model):
    """A form as the district edited it. Without a day from which it holds it is a draft, replaced by the next one."""

    region = models.CharField(max_length=15, default="")  # whose officers see to it; it holds for the whole system
    form = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=40, blank=True)  # of a form that no programme declares, as is its tier
    tier = models.CharField(max_length=8, choices=Tier, blank=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the workbook
    workbook = models.BinaryField()  # XLSForm, as it is read
    source = models.BinaryField(default=bytes)  # as it was uploaded
    filename = models.CharField(max_length=120, blank=True)
    uploaded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    starts = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    ends = models.DateField(null=True)  # from that day nobody fills the form in: of one of the district's own

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "version"], name="form_version_once")]
        indexes = [
            models.Index(fields=["starts", "id"], name="form_version_list"),
            models.Index(fields=["region", "id"], name="form_version_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.version}"


class FormPicture(models.Model):
    """A picture beside a question that a district sent in, under a name that says its content: it never changes.

    Nothing of what the camera wrote is in it. Forms name it as they name drawings that came with a programme.
    """

    name = models.CharField(max_length=120, unique=True)  # 裂缝.3fa9c0de1234.jpg, see core/pictures.py
    digest = models.CharField(max_length=64)  # SHA-256 of content
    content = models.BinaryField()  # as ODK Collect is given it
    small = models.BinaryField()  # as the pages show it, within the household's bytes
    uploaded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    def __str__(self) -> str:
        return self.name


class Check(models.Model):
    """Somebody looked at a place, with a form, at a time. Never changed: an edit is a check that replaces it."""

    instance_id = models.CharField(max_length=64, unique=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="checks", db_index=False)
    region = models.CharField(max_length=15)
    matter = models.CharField(max_length=20)
    tier = models.CharField(max_length=8, choices=Tier)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.STAFF)
    form = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    answers = models.JSONField(default=dict)
    raw = models.BinaryField(default=bytes)  # as received
    digest = models.CharField(max_length=64)  # SHA-256 of raw
    device = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False)
    on_behalf = models.CharField(max_length=80, blank=True)  # 代报: who was asked, as told
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    counts = models.BooleanField(default=True)  # an unpaired phone's report is none until somebody has looked
    without_findings = models.BooleanField(default=True)

    class Meta:
        indexes = [
            # With tier and matter: whether a place was looked at before is told without reading the looks themselves.
            models.Index(fields=["place", "-at", "tier", "matter"], name="check_of_place"),
            models.Index(fields=["region", "-id"], name="check_list"),
            # A household's own looks are of no account: most are, and none of them pays for an entry here.
            models.Index(fields=["account"], name="check_of_account", condition=models.Q(account__isnull=False)),
            models.Index(fields=["matter", "tier", "region", "at", "place", "without_findings"], name="check_coverage"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} {self.at:%Y-%m-%d}"


class Finding(models.Model):
    """What a check, a rule or a sensor says is wrong."""

    check_made = models.ForeignKey(Check, models.PROTECT, null=True, related_name="findings")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="findings")
    region = models.CharField(max_length=15)
    code = models.CharField(max_length=20)
    severity = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    case = models.ForeignKey("core.Case", models.PROTECT, null=True, related_name="findings")

    class Meta:
        indexes = [models.Index(fields=["region", "-id"], name="finding_list")]

    def __str__(self) -> str:
        return self.code
