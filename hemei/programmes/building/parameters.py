"""What the district sets for building permits. Every default is ours or assumed, and says so."""

from django.utils.translation import gettext_lazy as _

from hemei.core.registry import Parameters

parameters = Parameters(
    defaults={
        "building.notice.days": 5,  # assumed: what several places publish; no national text was seen
        "building.notice.web": "否",
        "building.clock.days": 20,  # 行政许可法 42, text not seen
        "building.clock.joint_days": 45,  # the same, where several offices decide together
        "building.area.farmland": 140,  # assumed: said to stand in Hubei's measures
        "building.area.other": 200,  # the same
        "building.storeys.max": None,
        "building.tolerance.percent": None,
        "building.tolerance.cm": None,
        "building.lapse.months": None,
        "building.return.to": "从头",
        "building.visits": "收到申请后实地审查、开工前丈量批放、竣工后核查验收",
        "building.offices": "农业农村、自然资源、村镇建设",
        "building.stages": "基础、主体、屋面",
        "building.craftsman.gate": "提醒",
        "building.permit.issuer": "",
        "building.planning.issuer": "",
        "building.appeal": "",
    },
    labels={
        "building.notice.days": _("村里公示多少个工作日（假定值）"),
        "building.notice.web": _("公示要不要也放在网上（是、否；公示期一过就撤下）"),
        "building.clock.days": _("乡镇多少个工作日内办结（原文待核）"),
        "building.clock.joint_days": _("联合办理的，多少个工作日内办结（原文待核）"),
        "building.area.farmland": _("占用农用地的宅基地每户不超过多少平方米（假定值）"),
        "building.area.other": _("占用未利用地、建设用地的宅基地每户不超过多少平方米（假定值）"),
        "building.storeys.max": _("农房不超过多少层"),
        "building.tolerance.percent": _("竣工与批准相差百分之几以内算一致"),
        "building.tolerance.cm": _("竣工的房屋轮廓与批准的最远处差多少厘米以内算一致"),
        "building.lapse.months": _("批准后多少个月没有开工就自动失效（不设就不自动失效）"),
        "building.return.to": _("退回的申请补正后从哪里办起：从头，或退回的那一步（公示过的内容有变的总是从头）"),
        "building.visits": _("要到场几次、各是哪一次（用顿号隔开，照先后）"),
        "building.offices": _("哪些部门会审（用顿号隔开）"),
        "building.stages": _("施工中检查哪几个阶段（用顿号隔开）"),
        "building.craftsman.gate": _("放线前没有落实持证工匠或有资质的单位时：提醒，或拦住"),
        "building.permit.issuer": _("宅基地批准书的发证单位"),
        "building.planning.issuer": _("乡村建设规划许可证的发证单位"),
        "building.appeal": _("不予批准决定书上写的救济途径"),
    },
)
