"""The parts of a house that an appraisal grades, in the order of the form (认定表)."""

from django.utils.translation import gettext_lazy as _

PARTS = {
    "foundation": _("地基基础"),
    "bearing_wall": _("承重墙"),
    "timber_member": _("木柱梁檩"),
    "timber_truss": _("木屋架"),
    "concrete_member": _("混凝土柱梁"),
    "concrete_slab": _("混凝土板"),
    "enclosure_wall": _("围护墙"),
    "roof_floor": _("楼（屋）面"),
}
PART_GRADES = {
    "": _("没有这部分"),
    "a": _("a 无危险点"),
    "b": _("b 有危险点"),
    "c": _("c 局部危险"),
    "d": _("d 整体危险"),
}
