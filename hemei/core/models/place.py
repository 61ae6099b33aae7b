from django.db import models
from django.utils.translation import gettext_lazy as _


class PositionSource(models.TextChoices):
    REGISTER = "register", _("登记表")
    MAP = "map", _("地图点选")
    DEVICE = "device", _("现场定位")
    NONE = "", _("待落图")


class Place(models.Model):
    """Anything with a spot on the map and a life of its own. A kind adds a table of its own."""

    kind = models.CharField(max_length=20)
    region = models.CharField(_("所在区域"), max_length=15)
    group = models.CharField(_("组"), max_length=40, blank=True)
    label = models.CharField(_("名称"), max_length=120)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lon = models.FloatField(null=True)  # degrees, CGCS2000
    lat = models.FloatField(null=True)
    tile = models.BigIntegerField(null=True, db_index=True)  # terms.tile key of the point
    geometry = models.BinaryField(null=True)  # WKB, EPSG:4490
    position_source = models.CharField(max_length=10, choices=PositionSource, blank=True)
    state = models.CharField(max_length=12, default="none")  # its most pressing case, kept by the case actions
    created_at = models.DateTimeField(auto_now_add=True)
    removed_on = models.DateField(null=True)

    class Meta:
        ordering = ["region", "id"]
        indexes = [
            models.Index(fields=["kind", "region", "id"], name="place_list"),
            models.Index(fields=["kind", "region", "state", "id"], name="place_by_state"),
            # What a search looks through, apart from the rows with their shapes.
            models.Index(fields=["kind", "region", "removed_on", "label", "address"], name="place_by_text"),
        ]

    def __str__(self) -> str:
        return self.label


class PlaceIdentifier(models.Model):
    """What another system calls this place: the key by which registers are matched."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=40)  # self_built_platform, disaster_survey, real_estate_unit, village_ledger …
    value = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="identifier_once")]

    def __str__(self) -> str:
        return f"{self.system}:{self.value}"


class PlaceTally(models.Model):
    """How many places of a kind and state lie in a cell of the map: what is drawn when zoomed out."""

    kind = models.CharField(max_length=20)
    cell = models.BigIntegerField()  # the tile key's first 2 × 16 bits
    region = models.CharField(max_length=15)
    state = models.CharField(max_length=12)
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "cell", "region", "state"], name="tally_once")]
        indexes = [models.Index(fields=["kind", "region"], name="tally_by_region")]

    def __str__(self) -> str:
        return f"{self.kind} {self.region} {self.state}: {self.count}"
