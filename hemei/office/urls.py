"""The addresses of the staff pages. Every page stands behind `staff`."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path

from hemei.core.doors import signed_in
from hemei.office.views import (
    audit,
    cases,
    documents,
    draws,
    evidence,
    exports,
    files,
    imports,
    jobs,
    mapping,
    notices,
    opening,
    ownforms,
    parameters,
    places,
    rounds,
    secondstep,
    signing,
    steps,
    today,
    units,
    zero,
)

View = Callable[..., HttpResponseBase]


def staff(address: str, view: View, name: str) -> URLPattern:
    """A page for whoever is signed in."""
    return path(address, signed_in(view), name=name)


pages = [
    staff("", today.page, "today"),
    staff("password/", signing.change_password, "password"),
    staff("messages/", notices.listing, "messages"),
    staff("second-step/", secondstep.ask, "second_step"),
    staff("second-step/set-up/", secondstep.set_up, "second_step_set_up"),
    staff("second-step/code.svg", secondstep.qr_code, "second_step_qr"),
    staff("second-step/recovery/", secondstep.recovery, "second_step_recovery"),
    staff("messages/<int:pk>/receipt/", today.acknowledge, "receipt"),
    staff("cases/", cases.listing, "cases"),
    staff("cases/<int:pk>/", cases.detail, "case"),
    staff("cases/<int:pk>/do/<slug:slug>/", steps.take, "case_step"),
    staff("cases/<int:pk>/documents/<slug:key>/", documents.paper, "case_document"),
    staff("places/", places.listing, "places"),
    staff("places/<int:pk>/", places.detail, "place"),
    staff("places/<int:pk>/edit/", places.edit, "place_edit"),
    staff("places/<int:pk>/cases/add/", opening.add, "case_add"),
    staff("places/<int:pk>/point/", places.point, "place_point"),
    staff("places/<int:pk>/identifier/", places.identifier, "place_identifier"),
    staff("places/<int:pk>/take-out/", places.remove, "place_take_out"),
    staff("places/<int:pk>/file/", files.place_file, "place_file"),
    staff("places/<int:pk>/persons/<int:person>/", places.reveal, "reveal"),
    staff("places/<int:pk>/persons/<int:person>/erase/", places.erase, "erase"),
    staff("zero/", zero.board, "zero"),
    staff("zero.<slug:kind>", zero.download, "zero_file"),
    staff("rounds/", rounds.listing, "rounds"),
    staff("rounds/add/", rounds.add, "round_add"),
    staff("rounds/<int:pk>/", rounds.detail, "round"),
    staff("rounds/<int:pk>/publish/", rounds.publish, "round_publish"),
    staff("rounds/<int:pk>/close/", rounds.close, "round_close"),
    staff("rounds/<int:pk>/discard/", rounds.discard, "round_discard"),
    staff("dues/<int:pk>/hand-over/", rounds.hand_over, "hand_over"),
    staff("draws/", draws.listing, "draws"),
    staff("draws/add/", draws.add, "draw_add"),
    staff("draws/<int:pk>/", draws.detail, "draw"),
    staff("draws/<int:pk>/publish/", draws.publish, "draw_publish"),
    staff("units/", units.listing, "units"),
    staff("units/add/", units.add, "unit_add"),
    staff("units/<int:pk>/", units.detail, "unit"),
    staff("units/<int:pk>/change/", units.change, "unit_change"),
    staff("units/<int:pk>/close/", units.close, "unit_close"),
    staff("units/<int:pk>/accounts/add/", units.add_account, "account_add"),
    staff("units/<int:pk>/duties/add/", units.add_duty, "duty_add"),
    staff("duties/<int:pk>/end/", units.end_duty, "duty_end"),
    staff("duties/<int:pk>/password/", units.reset_password, "password_reset"),
    staff("duties/<int:pk>/second-step/", units.reset_second_step, "second_step_reset"),
    staff("duties/<int:pk>/close-account/", units.close_account, "account_close"),
    staff("parameters/", parameters.listing, "parameters"),
    staff("parameters/<str:key>/", parameters.change, "parameter"),
    staff("audit/", audit.listing, "audit"),
    staff("audit/file.<slug:form>", exports.audit_file, "audit_file"),
    staff("jobs/", jobs.listing, "jobs"),
    staff("jobs/<int:pk>/stop/", jobs.stop, "job_stop"),
    staff("places/file.<slug:form>", exports.places_file, "places_file"),
    staff("cases/file.<slug:form>", exports.cases_file, "cases_file"),
    staff("units/file.<slug:form>", exports.units_file, "units_file"),
    staff("households/file.<slug:form>", exports.households_file, "households_file"),
    staff("rounds/file.<slug:form>", exports.rounds_file, "rounds_file"),
    staff("rounds/<int:pk>/file.<slug:form>", exports.dues_file, "dues_file"),
    staff("dues/file.<slug:form>", exports.owed_file, "owed_file"),
    staff("messages/file.<slug:form>", exports.messages_file, "messages_file"),
    staff("draws/file.<slug:form>", exports.draws_file, "draws_file"),
    staff("imports/file.<slug:form>", exports.imports_file, "imports_file"),
    staff("jobs/file.<slug:form>", exports.jobs_file, "jobs_file"),
    staff("own-forms/", ownforms.listing, "own_forms"),
    staff("own-forms/<int:pk>/", ownforms.of_region, "own_form_fill"),
    staff("own-forms/<int:pk>/drop/", ownforms.drop, "own_form_drop"),
    staff("own-forms/<int:pk>/places/<int:place>/", ownforms.of_place, "own_form_place"),
    staff("imports/", imports.listing, "imports"),
    staff("imports/<int:pk>/", imports.detail, "import"),
    staff("imports/<int:pk>/progress/", imports.progress, "import_progress"),
    staff("imports/<int:pk>/confirm/", imports.confirm, "import_confirm"),
    staff("imports/<int:pk>/discard/", imports.discard, "import_discard"),
    staff("imports/<int:pk>/decide/", imports.decide, "import_decide"),
    staff("imports/<int:pk>/mapping/", mapping.ask, "import_mapping"),
    staff("imports/<int:pk>/again/", mapping.again, "import_again"),
    staff("imports/<int:pk>/meant/", mapping.meant, "import_meant"),
    staff("imports/<int:pk>/mended/", imports.mended, "import_mended"),
    staff("imports/<int:pk>/refused/", imports.refused, "import_refused"),
    staff("evidence/<int:pk>/", evidence.original, "evidence"),
    staff("evidence/<int:pk>/thumbnail/", evidence.thumbnail, "thumbnail"),
]

urlpatterns = [
    path("", signing.home, name="home"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("office/", include((pages, "office"))),
]
