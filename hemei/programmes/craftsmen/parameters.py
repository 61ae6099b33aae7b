"""What the district sets for its craftsmen. No number here is a law's: two are assumed, the others are not set."""

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import Parameters

parameters = Parameters(
    defaults={
        # Assumed: guidance on training (住建部、人社部, published January 2024) asks for one in three years.
        "craftsmen.training.months": 36,
        "craftsmen.expiry.days": 90,  # ours
        "craftsmen.hours.basic": None,
        "craftsmen.hours.skill": None,
        "craftsmen.hours.practice": None,
        "craftsmen.levels": "",
        "craftsmen.card.issuer": "",
    },
    labels={
        "craftsmen.training.months": _("上岗前多少个月内要参加过培训（假定值）"),
        "craftsmen.expiry.days": _("证书到期提前多少天提醒（假定值）"),
        "craftsmen.hours.basic": _("一个培训周期内基础课不少于（课时，60 分钟一课时）"),
        "craftsmen.hours.skill": _("一个培训周期内技能课不少于（课时，60 分钟一课时）"),
        "craftsmen.hours.practice": _("一个培训周期内实训课不少于（课时，60 分钟一课时）"),
        "craftsmen.levels": _("技能等级的叫法（用顿号隔开）"),
        "craftsmen.card.issuer": _("上岗牌上的发牌单位"),
    },
)
