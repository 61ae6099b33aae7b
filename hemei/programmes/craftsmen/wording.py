"""Why somebody may not be on duty, in words that say what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemei.core.wording import listed
from hemei.programmes.craftsmen.duty import Lack, Standing

LACKS: dict[Lack, str | Promise] = {
    Lack.LEFT: _("已退出名册"),
    Lack.NO_CERTIFICATE: _("没有登记培训合格证书"),
    Lack.EXPIRED: _("证书已过期或已注销"),
    Lack.NOT_TRAINED: _("没有培训记录"),
    Lack.TRAINED_LONG_AGO: _("最近一次培训已超过规定的月数"),
    Lack.HOURS: _("培训课时还不够"),
}


def why_not(standing: Standing) -> str:
    return listed(LACKS[lack] for lack in standing.lacks)
