"""What people fill in on the staff pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from hemei.core.errors import Mistaken
from hemei.core.models import Place
from hemei.terms.day import FIRST_DAY, LAST_DAY

_OUTSIDE = _("请写 1800 年到 2199 年之间的日期，例如 2026-11-01。")


def dress(form: forms.BaseForm) -> None:
    """Give each input the look of its sort."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.CheckboxInput):
            widget.attrs.setdefault("class", "form-check-input")
        elif isinstance(widget, forms.Select) and not isinstance(widget, forms.RadioSelect):
            widget.attrs.setdefault("class", "form-select")
        elif not isinstance(widget, (forms.RadioSelect, forms.HiddenInput)):
            widget.attrs.setdefault("class", "form-control")


class OfficeForm(forms.Form):
    """A form whose inputs look alike, and which can take up what an action says is wrong."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        dress(self)

    def blame(self, mistake: Mistaken) -> None:
        """Put the mistake beside the field that caused it."""
        self.add_error(mistake.field if mistake.field in self.fields else None, str(mistake))


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        dress(self)


class Several(forms.FileInput):
    """An input for several files at once."""

    allow_multiple_selected = True


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **named: Any) -> None:
        super().__init__(format="%Y-%m-%d", **named)


class DayField(forms.DateField):
    """A day that arithmetic can be done with: nobody means the year 1 or 9999."""

    def __init__(self, **named: Any) -> None:
        super().__init__(widget=DateInput(), **named)
        self.validators += [MinValueValidator(FIRST_DAY, _OUTSIDE), MaxValueValidator(LAST_DAY, _OUTSIDE)]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}


class PointForm(OfficeForm):
    lon = forms.FloatField(label=_("经度"), min_value=-180, max_value=180, widget=forms.NumberInput({"step": "any"}))
    lat = forms.FloatField(label=_("纬度"), min_value=-85, max_value=85, widget=forms.NumberInput({"step": "any"}))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def spot(self) -> list[float]:
        return [self.cleaned_data["lon"], self.cleaned_data["lat"]]

    def seen(self, place: Place) -> list[float] | None:
        """Where the place stood when the page was opened; a page that says nothing of it is held against today's."""
        told = [self.data.get(self[name].html_initial_name) for name in ("lon", "lat")]
        if None in told:
            return None if place.lon is None or place.lat is None else [place.lon, place.lat]
        try:
            return [float(one) for one in told if one] or None
        except ValueError:
            return None


class TakeOutForm(OfficeForm):
    on = DayField(label=_("注销日期"))
    reason = forms.CharField(
        label=_("为什么注销"), max_length=200, help_text=_("例如：已拆除、与另一处重复登记。档案仍然保留，可以查看。")
    )


class DocumentForm(OfficeForm):
    document = forms.CharField(label=_("依据"), max_length=160, help_text=_("保存期限的文件和文号，或本人申请及日期。"))


class IdentifierForm(OfficeForm):
    system = forms.ChoiceField(label=_("哪个系统的编号"))
    value = forms.CharField(label=_("编号"), max_length=80)

    def __init__(self, systems: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data)
        self.fields["system"].choices = list(systems.items())  # type: ignore[attr-defined]
