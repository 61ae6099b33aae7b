"""Roles and their rights: the table from which docs/permissions.md is written and tests are made."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemei.terms.finding import Severity
from hemei.terms.region import Level

VERBS: dict[str, str | Promise] = {
    "region.view": _("查看区划"),
    "place.view": _("查看房屋等对象"),
    "place.edit": _("修改登记、落图"),
    "place.resolve": _("核定两人改法不一致的登记"),
    "person.view": _("查看住户（遮蔽）"),
    "person.unmask": _("查看完整证件号和电话"),
    "person.erase": _("删除到期的个人信息"),
    "door.issue": _("发放、作废门牌码"),
    "door.pair": _("用室内卡绑定手机"),
    "check.view": _("查看检查记录"),
    "check.selfcheck": _("农户自查"),
    "check.proxy": _("代报"),
    "check.survey": _("镇村排查"),
    "check.patrol": _("区级巡查"),
    "appraisal.view": _("查看鉴定"),
    "appraisal.record": _("登记鉴定"),
    "collector.issue": _("给自己的手机发放离线填报钥匙"),
    "case.view": _("查看隐患"),
    "case.open": _("登记隐患"),
    "case.confirm": _("核实属实"),
    "case.dismiss": _("核实不属实"),
    "case.assign": _("交办"),
    "case.contain": _("管控"),
    "case.look_again": _("管控复查"),
    "case.release": _("解除管控"),
    "case.refuse": _("拒不整改上报"),
    "case.serve": _("送达文书"),
    "case.remedy": _("登记整治"),
    "case.return": _("退回重做"),
    "case.accept": _("验收"),
    "case.ask_withdrawal": _("申请撤销"),
    "case.withdraw": _("同意撤销"),
    "case.file_away": _("历史台账结案"),
    "round.view": _("查看轮次"),
    "round.plan": _("编制、发布轮次"),
    "draw.view": _("查看随机抽查"),
    "draw.hold": _("组织随机抽查"),
    "craftsman.view": _("查看工匠、培训和工地派工"),
    "craftsman.keep": _("登记工匠、证书和上岗牌"),
    "training.hold": _("组织培训、办理签到"),
    "training.attend": _("在培训现场签到"),
    "posting.keep": _("登记工地和派工"),
    "posting.rate": _("评价施工服务"),
    "control.view": _("查看管控图层、规则和筛查结果"),
    "control.keep": _("登记管控图层、规则和清单，发起筛查"),
    "control.decide": _("对筛查结果作认定（既有、立案、不属实）"),
    "permit.view": _("查看建房审批"),
    "permit.apply": _("登记建房申请"),
    "permit.resubmit": _("补正后重报建房申请"),
    "permit.agree": _("登记集体讨论"),
    "permit.publicise": _("张榜公示"),
    "permit.close_notice": _("登记公示结果"),
    "permit.village_review": _("村级审查建房申请"),
    "permit.opine": _("出具建房会审意见"),
    "permit.visit": _("登记到场"),
    "permit.measure": _("现场认定查不到的条件"),
    "permit.set_aside": _("搁置不符合项（两人签字）"),
    "permit.town_review": _("乡镇审查建房申请"),
    "permit.approve": _("批准建房"),
    "permit.return": _("退回建房申请补正"),
    "permit.refuse": _("不予批准建房"),
    "permit.withdraw": _("撤回建房申请"),
    "permit.lapse": _("登记建房批准失效"),
    "permit.set_out": _("登记放线"),
    "permit.start": _("登记开工"),
    "permit.inspect": _("登记施工检查"),
    "permit.mend": _("要求施工整改"),
    "permit.accept": _("竣工验收"),
    "permit.register": _("新房入册"),
    "permit.nominate": _("推荐示范房"),
    "permit.demonstrate": _("登记示范房评审"),
    "lead.keep": _("移交违法建房线索、登记处理结果"),
    "register.import": _("导入台账"),
    "register.export": _("导出"),
    "unit.view": _("查看单位和岗位"),
    "unit.edit": _("维护单位、账号和岗位"),
    "parameter.edit": _("设置参数"),
    "form.edit": _("修改、发布检查表"),
    "audit.view": _("查看审计"),
    "job.view": _("查看后台任务"),
}

LOOK = {
    "region.view",
    "place.view",
    "person.view",
    "check.view",
    "appraisal.view",
    "case.view",
    "round.view",
    "draw.view",
    "unit.view",
    "job.view",
    "craftsman.view",
    "control.view",
    "permit.view",
}
VILLAGE_WORK = {
    "check.proxy",
    "check.survey",
    "collector.issue",
    "case.open",
    "case.contain",
    "case.look_again",
    "case.refuse",
    "case.serve",
    "case.remedy",
    "case.ask_withdrawal",
    "posting.keep",
    "permit.apply",
    "permit.resubmit",
    "permit.agree",
    "permit.publicise",
    "permit.close_notice",
    "permit.withdraw",
}
OFFICE_WORK = VILLAGE_WORK | {
    "place.edit",
    "place.resolve",
    "door.issue",
    "case.confirm",
    "case.dismiss",
    "case.assign",
    "case.release",
    "case.return",
    "case.accept",
    "case.withdraw",
    "register.export",
}
CONTROL = {"control.keep", "control.decide"}
TRAINING = {"craftsman.keep", "training.hold", "training.attend"}
PERMIT_ADVICE = {"permit.opine", "permit.visit", "permit.measure", "permit.set_aside", "lead.keep"}
PERMIT_OFFICE = PERMIT_ADVICE | {
    "permit.nominate",
    "permit.village_review",
    "permit.town_review",
    "permit.approve",
    "permit.return",
    "permit.refuse",
    "permit.lapse",
    "permit.set_out",
    "permit.start",
    "permit.inspect",
    "permit.mend",
    "permit.accept",
    "permit.register",
}


@dataclass(frozen=True)
class Role:
    """What a duty is called, at which level it stands, and what it allows."""

    key: str
    name: str | Promise
    level: Level
    rights: frozenset[str]

    def __post_init__(self) -> None:
        if unknown := self.rights - set(VERBS):
            raise ValueError(f"{self.key}: unknown verbs {', '.join(sorted(unknown))}")


ROLES: dict[str, Role] = {}


def right_to_look(tier: str) -> str:
    """What it takes to look in a tier as staff: a self-check answered for the household is 代报."""
    return "check.proxy" if tier == "self" else f"check.{tier}"


def declare(role: Role) -> Role:
    """Make a role known. A programme may declare roles of its own; a key stands once."""
    if ROLES.setdefault(role.key, role) != role:
        raise ValueError(f"the role {role.key} is declared twice")
    return role


for _role in (
    Role("grid_worker", _("网格员"), Level.VILLAGE, frozenset(LOOK - {"unit.view"} | VILLAGE_WORK)),
    Role(
        "village_officer",
        _("村级负责人"),
        Level.VILLAGE,
        frozenset(LOOK | OFFICE_WORK | {"permit.village_review", "permit.return", "permit.nominate"}),
    ),
    Role(
        "township_officer",
        _("乡镇经办"),
        Level.TOWNSHIP,
        frozenset(
            LOOK
            | OFFICE_WORK
            | TRAINING
            | {"round.plan", "register.import", "person.unmask", "case.file_away", "control.decide"}
            | PERMIT_OFFICE
        ),
    ),
    Role(
        "district_officer",
        _("区级经办"),
        Level.DISTRICT,
        frozenset(
            LOOK
            | OFFICE_WORK
            | TRAINING
            | CONTROL
            | PERMIT_ADVICE
            | {
                "permit.demonstrate",
                "round.plan",
                "draw.hold",
                "register.import",
                "person.unmask",
                "person.erase",
                "parameter.edit",
                "form.edit",
                "audit.view",
                "case.file_away",
            }
        ),
    ),
    Role(
        "inspector",
        _("巡查员"),
        Level.DISTRICT,
        frozenset(
            {
                "region.view",
                "place.view",
                "check.view",
                "check.patrol",
                "collector.issue",
                "case.view",
                "case.open",
                "draw.view",
            }
        ),
    ),
    Role(
        "appraiser",
        _("鉴定人员"),
        Level.DISTRICT,
        frozenset({"region.view", "place.view", "check.view", "case.view", "appraisal.view", "appraisal.record"}),
    ),
    Role(
        "administrator",
        _("系统管理员"),
        Level.DISTRICT,
        frozenset({"region.view", "unit.view", "unit.edit", "register.import", "job.view", "audit.view"}),
    ),
    Role("auditor", _("审计人员"), Level.DISTRICT, frozenset(LOOK | {"audit.view", "register.export"})),
):
    declare(_role)

BEARER_RIGHTS = frozenset({"training.attend", "posting.rate"})  # with a slip for that one thing, and nothing else
DOOR_RIGHTS = frozenset({"check.selfcheck", "door.pair"})
PHONE_RIGHTS = frozenset({"check.selfcheck", "check.view", "case.view", "door.pair"})

# Ours, not law: at which level the end of a case of that severity is accepted. Smaller is higher.
ACCEPT_LEVEL = {
    Severity.ROUTINE: Level.VILLAGE,
    Severity.SERIOUS: Level.TOWNSHIP,
    Severity.URGENT: Level.DISTRICT,
}
