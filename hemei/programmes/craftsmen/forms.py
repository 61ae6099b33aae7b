"""What is filled in about craftsmen and their training."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.queries.parameter import parameter
from hemei.office.filters import FilterForm, region_choices, search_field
from hemei.office.forms import DayField, OfficeForm
from hemei.programmes.craftsmen.actions.entering import Elsewhere, NewCraftsman
from hemei.programmes.craftsmen.actions.people import SHOWN, Paper
from hemei.programmes.craftsmen.actions.plan import Marks, NewPlan
from hemei.programmes.craftsmen.actions.training import Lesson
from hemei.programmes.craftsmen.actions.worksite import NewSite, Said
from hemei.programmes.craftsmen.models import LessonKind, Sort, Trade
from hemei.programmes.craftsmen.queries.people import CraftsmanFilter
from hemei.terms.day import SHANGHAI, today

PAPERS = [
    ("", gettext_lazy("全部")),
    ("valid", gettext_lazy("证书有效")),
    ("soon", gettext_lazy("快到期")),
    ("lapsed", gettext_lazy("已过期")),
    ("none", gettext_lazy("没有登记证书")),
]


class CraftsmanFilterForm(FilterForm):
    q = search_field(gettext_lazy("找工匠"), gettext_lazy("姓名或班组"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    trade = forms.ChoiceField(
        label=gettext_lazy("工种"), required=False, choices=[("", gettext_lazy("全部")), *Trade.choices]
    )
    paper = forms.ChoiceField(label=gettext_lazy("证书"), required=False, choices=PAPERS)
    lead = forms.BooleanField(label=gettext_lazy("只看带头工匠"), required=False)
    left = forms.BooleanField(label=gettext_lazy("看退出名册的"), required=False)

    def where(self, region: str) -> CraftsmanFilter:
        """The filter; how soon "soon" is the district of `region` says."""
        on, chosen = today(), self.chosen
        return CraftsmanFilter(
            region=chosen["region"],
            trade=chosen["trade"],
            lead=bool(chosen["lead"]),
            text=chosen["q"].strip(),
            paper=chosen["paper"],
            left=bool(chosen["left"]),
            on=on,
            soon_days=int(parameter("craftsmen.expiry.days", region=region, on=on).value),
        )


def scan_field(label: Any) -> forms.Field:
    """Photos and scans, which the page sends beside the form: see office/_photos.html."""
    return forms.Field(label=label, required=False)


def _told(form: forms.Form) -> dict[str, Any]:
    """What was filled in, without the files."""
    return {name: value for name, value in form.cleaned_data.items() if name != "files"}


class PaperForm(OfficeForm):
    body = forms.CharField(label=gettext_lazy("发证机构"), max_length=80)
    number = forms.CharField(label=gettext_lazy("证书编号"), max_length=60)
    issued_on = DayField(label=gettext_lazy("发证日期"))
    valid_to = DayField(label=gettext_lazy("有效期至"), help_text=gettext_lazy("照证书上写的填；当天仍然有效。"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["files"] = scan_field(gettext_lazy("证书的照片或扫描件"))

    def paper(self) -> Paper:
        return Paper(**_told(self))


class ReasonForm(OfficeForm):
    why = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class LessonForm(OfficeForm):
    title = forms.CharField(label=gettext_lazy("培训内容"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("课程类别"), choices=LessonKind.choices, widget=forms.RadioSelect, initial=LessonKind.BASIC
    )
    venue = forms.CharField(label=gettext_lazy("地点"), max_length=80)
    teacher = forms.CharField(label=gettext_lazy("授课人"), max_length=40, required=False)
    on = DayField(label=gettext_lazy("日期"))
    starts = forms.TimeField(label=gettext_lazy("开始时间"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        label=gettext_lazy("结束时间"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("课时按起止时间算；一天里上两类课，请登记两场。"),
    )

    def lesson(self) -> Lesson:
        said = self.cleaned_data
        starts, ends = (datetime.combine(said["on"], said[name], SHANGHAI) for name in ("starts", "ends"))
        return Lesson(said["title"], said["kind"], said["venue"], starts, ends, said["teacher"])


class Somewhere(OfficeForm):
    """A form that also asks for which region, of those where this person may."""

    region = forms.ChoiceField(label=gettext_lazy("哪里办的"))

    def __init__(self, data: Any = None, *, within: Scope) -> None:
        super().__init__(data)
        self.fields["region"].choices = region_choices(within, all_of=_("请选择"))  # type: ignore[attr-defined]


class SessionForm(Somewhere, LessonForm):
    field_order = ("region", "title", "kind", "venue", "teacher", "on", "starts", "ends")


class PlanForm(Somewhere):
    title = forms.CharField(label=gettext_lazy("计划名称"), max_length=80)
    body = forms.CharField(label=gettext_lazy("培训机构"), max_length=80, required=False)
    starts_on = DayField(label=gettext_lazy("开始日期"))
    ends_on = DayField(label=gettext_lazy("结束日期"))
    places = forms.IntegerField(label=gettext_lazy("计划人数"), min_value=1, max_value=9999, required=False)
    basic = forms.IntegerField(label=gettext_lazy("基础课（课时）"), min_value=0, max_value=999, required=False)
    skill = forms.IntegerField(label=gettext_lazy("技能课（课时）"), min_value=0, max_value=999, required=False)
    practice = forms.IntegerField(label=gettext_lazy("实训课（课时）"), min_value=0, max_value=999, required=False)

    def plan(self) -> NewPlan:
        return NewPlan(**{name: value for name, value in self.cleaned_data.items() if name != "region"})


class MarksForm(OfficeForm):
    on = DayField(label=gettext_lazy("考试日期"), initial=today)
    theory = forms.IntegerField(label=gettext_lazy("理论成绩"), min_value=0, max_value=100, required=False)
    practice = forms.IntegerField(label=gettext_lazy("实操成绩"), min_value=0, max_value=100, required=False)
    passed = forms.TypedChoiceField(
        label=gettext_lazy("结论"),
        choices=[("yes", gettext_lazy("合格")), ("no", gettext_lazy("不合格"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("以培训机构的结论为准。"),
    )

    def marks(self) -> Marks:
        return Marks(**self.cleaned_data)


class ChangeForm(OfficeForm):
    """What the register says of a craftsman's work."""

    trade = forms.ChoiceField(label=gettext_lazy("工种"), choices=Trade.choices)
    level = forms.CharField(label=gettext_lazy("技能等级"), max_length=20, required=False)
    lead = forms.BooleanField(label=gettext_lazy("带头工匠"), required=False)
    team = forms.CharField(label=gettext_lazy("班组"), max_length=60, required=False)


class NewCraftsmanForm(ChangeForm):
    """Somebody who is not in the register yet."""

    region = forms.ChoiceField(label=gettext_lazy("哪个村"))
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    id_number = forms.RegexField(
        r"^\s*[0-9]{17}[0-9Xx]\s*$",
        label=gettext_lazy("身份证号"),
        required=False,
        help_text=gettext_lazy("只留后四位和用来核对的摘要。不知道就空着。"),
        error_messages={"invalid": gettext_lazy("身份证号是 18 位，请核对。")},
    )
    phone = forms.RegexField(
        r"^\s*[0-9+ -]{5,20}\s*$",
        label=gettext_lazy("联系电话"),
        required=False,
        error_messages={"invalid": gettext_lazy("电话只写数字，请核对。")},
    )

    field_order = ("region", "name", "id_number", "phone", "trade", "level", "lead", "team")

    def __init__(self, data: Any = None, *, within: Scope) -> None:
        super().__init__(data)
        self.fields["region"].choices = region_choices(within, all_of=_("请选择"))  # type: ignore[attr-defined]

    def told(self) -> NewCraftsman:
        return NewCraftsman(**{name: value for name, value in self.cleaned_data.items() if name != "region"})


def _hours(label: Any) -> forms.FloatField:
    return forms.FloatField(label=label, required=False, min_value=0, max_value=999)


class ElsewhereForm(OfficeForm):
    """A training that was held elsewhere."""

    on = DayField(label=gettext_lazy("培训结束日期"))
    body = forms.CharField(label=gettext_lazy("培训机构"), max_length=80)
    document = forms.CharField(
        label=gettext_lazy("依据的文件和文号"),
        max_length=160,
        help_text=gettext_lazy("例如：培训机构出具的学时证明及编号。"),
    )
    basic = _hours(gettext_lazy("基础课（课时）"))
    skill = _hours(gettext_lazy("技能课（课时）"))
    practice = _hours(gettext_lazy("实训课（课时）"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["files"] = scan_field(gettext_lazy("证明文件的照片或扫描件"))

    def told(self) -> Elsewhere:
        return Elsewhere(**_told(self))


class ScanForm(OfficeForm):
    """Scans alone."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["files"] = scan_field(gettext_lazy("照片或扫描件"))


class PortraitForm(OfficeForm):
    """The picture on a duty card, and whether whoever scans the card may see it."""

    shown = forms.BooleanField(label=gettext_lazy("本人同意：扫上岗牌的人可以看到这张照片"), required=False)
    agreed_by = forms.CharField(
        label=gettext_lazy("同意的依据"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("本人签字的同意书及日期。不同意的，照片只印在牌上，经办人看得到。"),
    )

    def __init__(self, data: Any = None, *, initial: Any = None, has_one: bool) -> None:
        super().__init__(data, initial=initial)
        label = gettext_lazy("换一张照片（不换就空着）") if has_one else gettext_lazy("照片：竖着拍，头和肩居中")
        self.fields["files"] = scan_field(label)
        self.order_fields(["files"])

    def said(self) -> dict[str, Any]:
        return _told(self)


class AgreementForm(OfficeForm):
    """What somebody lets the public directory say of them. Nothing ticked: they are not in it."""

    shown = forms.MultipleChoiceField(
        label=gettext_lazy("本人同意公开"),
        choices=SHOWN.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=gettext_lazy("不勾姓名就不出现在名录里。都不勾等于撤回同意，名录里马上没有他。"),
    )
    paper = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=160,
        help_text=gettext_lazy("本人签字的同意书及日期，或本人撤回的来电及日期。"),
    )


class SiteForm(OfficeForm):
    region = forms.ChoiceField(label=gettext_lazy("哪个村"))
    label = forms.CharField(
        label=gettext_lazy("工地名称"), max_length=120, help_text=gettext_lazy("例如：上河村张家新建、下河村便民桥。")
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("工地类别"), choices=Sort.choices, widget=forms.RadioSelect, initial=Sort.HOUSE
    )
    starts_on = DayField(label=gettext_lazy("开工日期"), initial=today)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    approval = forms.CharField(label=gettext_lazy("批准文号"), max_length=60, required=False)

    def __init__(self, data: Any = None, *, within: Scope) -> None:
        super().__init__(data)
        self.fields["region"].choices = region_choices(within, all_of=_("请选择"))  # type: ignore[attr-defined]

    def site(self) -> NewSite:
        said = dict(self.cleaned_data)
        said.pop("region")
        return NewSite(**said)


class PostingForm(OfficeForm):
    card = forms.CharField(
        label=gettext_lazy("上岗牌牌号"), max_length=30, help_text=gettext_lazy("照工匠戴的牌子填，例如 429999-12-1。")
    )
    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)
    lead = forms.BooleanField(label=gettext_lazy("在这个工地带头"), required=False)


class LastDayForm(OfficeForm):
    on = DayField(label=gettext_lazy("哪一天"), initial=today)


class ArrivalForm(forms.Form):
    """What a craftsman types on an old telephone: the name, and four digits that only they have at hand."""

    name = forms.CharField(max_length=60, error_messages={"required": gettext_lazy("请填写姓名。")})
    digits = forms.RegexField(
        r"^\s*[0-9]{3}[0-9Xx]\s*$",
        error_messages={
            "required": gettext_lazy("请填写手机号后四位。"),
            "invalid": gettext_lazy("请填写四位：手机号后四位，或身份证号后四位。"),
        },
    )


MARKS = [
    ("5", gettext_lazy("很好")),
    ("4", gettext_lazy("好")),
    ("3", gettext_lazy("一般")),
    ("2", gettext_lazy("不好")),
]
MARKS += [("1", gettext_lazy("很不好"))]


class RatingForm(forms.Form):
    """Three things that a household can judge, and whatever else it wants to say."""

    _lacking = {"required": gettext_lazy("请选一个。"), "invalid_choice": gettext_lazy("请选一个。")}
    quality = forms.ChoiceField(label=gettext_lazy("活干得好不好"), choices=MARKS, error_messages=_lacking)
    safety = forms.ChoiceField(label=gettext_lazy("干活安全不安全"), choices=MARKS, error_messages=_lacking)
    conduct = forms.ChoiceField(label=gettext_lazy("说话算不算数"), choices=MARKS, error_messages=_lacking)
    words = forms.CharField(label=gettext_lazy("想说的话"), max_length=300, required=False)

    def said(self) -> Said:
        told = self.cleaned_data
        return Said(int(told["quality"]), int(told["safety"]), int(told["conduct"]), told["words"])
