"""What the district sets for houses, with our defaults. None of them is law: no national frequency was found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import Parameters

parameters = Parameters(
    defaults={
        "houses.deadline_days.routine": 90,
        "houses.deadline_days.serious": 60,
        "houses.deadline_days.urgent": 30,
        # days between two looks: tier × risk class
        "houses.cadence.self.high": 30,
        "houses.cadence.self.sound": 30,
        "houses.cadence.self.empty": 180,
        "houses.cadence.survey.high": 91,
        "houses.cadence.survey.sound": 365,
        "houses.cadence.survey.empty": 365,
        "houses.minutes.survey": 20,
        "houses.minutes.patrol": 40,
        "houses.appraisal.signatories": 2,
        "houses.patrol.per_township": 5,
        "houses.judgement.wording": ["存在严重安全隐患", "存在一定安全隐患", "未发现安全隐患"],
        "houses.emergency_phone": "",
    },
    labels={
        "houses.deadline_days.routine": _("一般隐患整治期限（天）"),
        "houses.deadline_days.serious": _("较重隐患整治期限（天）"),
        "houses.deadline_days.urgent": _("紧急隐患整治期限（天）"),
        "houses.cadence.self.high": _("农户自查间隔：高风险房屋（天）"),
        "houses.cadence.self.sound": _("农户自查间隔：一般房屋（天）"),
        "houses.cadence.self.empty": _("农户自查间隔：长期空置房屋（天）"),
        "houses.cadence.survey.high": _("镇村排查间隔：高风险房屋（天）"),
        "houses.cadence.survey.sound": _("镇村排查间隔：一般房屋（天）"),
        "houses.cadence.survey.empty": _("镇村排查间隔：长期空置房屋（天）"),
        "houses.minutes.survey": _("排查一户预计用时（分钟）"),
        "houses.minutes.patrol": _("巡查一户预计用时（分钟）"),
        "houses.appraisal.signatories": _("鉴定签字人数下限"),
        "houses.patrol.per_township": _("每个乡镇抽查户数"),
        "houses.judgement.wording": _("初判三档的用词"),
        "houses.emergency_phone": _("紧急联系电话"),
    },
)
