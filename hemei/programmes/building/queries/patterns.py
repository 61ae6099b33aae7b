"""Reading the pattern book: it is for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from hemei.programmes.building.models import Drawing, Pattern, Permit
from hemei.terms.region import Level


@dataclass(frozen=True)
class PatternFilter:
    """What the book is narrowed to: at most so many storeys, and fit for a plot of that size."""

    style: str = ""
    storeys: int | None = None
    plot_m2: float | None = None


def patterns(where: PatternFilter | None = None) -> QuerySet[Pattern]:
    """The current versions, unordered."""
    where = where or PatternFilter()
    rows = Pattern.objects.filter(replaced_on=None)
    if where.style:
        rows = rows.filter(style=where.style)
    if where.storeys is not None:
        rows = rows.filter(storeys=where.storeys)
    if where.plot_m2 is not None:
        fits = Q(plot_min_m2=None) | Q(plot_min_m2__lte=where.plot_m2)
        rows = rows.filter(
            fits, Q(plot_max_m2=None) | Q(plot_max_m2__gte=where.plot_m2), footprint_m2__lte=where.plot_m2
        )
    return rows


def styles() -> list[str]:
    return sorted(set(Pattern.objects.filter(replaced_on=None).values_list("style", flat=True)))


def of_district(region: str) -> QuerySet[Pattern]:
    """What a household of a region can choose from."""
    return patterns().filter(region=region[: Level.DISTRICT]).order_by("style", "plan", "variant")


def taken_up(some: list[Pattern]) -> dict[int, int]:
    """Pattern → how many permits chose that version."""
    rows = Permit.objects.filter(pattern__in=some).order_by().values_list("pattern").annotate(n=Count("pk"))
    return dict(rows)


COMPARED = ("storeys", "footprint_m2", "floor_area_m2", "eaves_m", "height_m", "structure", "roof", "walls")


def against(permit: Permit) -> list[tuple[str, object, object]]:
    """Where an application differs from the pattern that it chose: what, as filed, as the book says. Advice only."""
    if permit.pattern is None:
        return []
    found = []
    for name in COMPARED:
        filed, drawn = getattr(permit, name), getattr(permit.pattern, name)
        if drawn not in (None, "") and filed != drawn:
            found.append((str(Permit._meta.get_field(name).verbose_name), filed, drawn))  # type: ignore[union-attr]
    return found


def pictures(some: list[Pattern]) -> dict[int, Drawing]:
    """Pattern → its first picture."""
    rows = Drawing.objects.filter(pattern__in=some, evidence__media_type__startswith="image/")
    return {row.pattern_id: row for row in rows.select_related("evidence").order_by("-evidence")}
