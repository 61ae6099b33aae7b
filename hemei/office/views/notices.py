"""通知: what the outbox sent to whom, what it could not send, and what nobody has answered."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from hemei.core.models import MessageState
from hemei.core.queries.messages import MessageFilter, sent_messages
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.office.filters import FilterForm
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within


class NoticeFilterForm(FilterForm):
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部状态")), *MessageState.choices]
    )
    unanswered = forms.BooleanField(label=gettext_lazy("只看紧急未回执"), required=False)

    def where(self) -> MessageFilter:
        chosen = self.chosen
        return MessageFilter(
            region=str(chosen["region"]), state=str(chosen["state"]), unanswered=bool(chosen["unanswered"])
        )


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "case.assign")
    form = NoticeFilterForm(request.GET, within=scope)
    rows = sent_messages(within=scope, where=form.where())
    shown = page(rows, order=("-id",), cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
    }
    return render(request, "office/notices.html", context)
