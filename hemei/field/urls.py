"""The addresses of the field: the plate on a door, and the pages of who goes there."""

from __future__ import annotations

from django.urls import include, path

from hemei.field import rehearsal
from hemei.field.views import check, collect, door, dues, kept, offline, paper, phone, phones, pictures, plates, preview

at_the_door = [
    path("", door.plate, name="plate"),
    path("fine/", door.fine, name="fine"),
    path("look/", door.look, name="look"),
    path("danger/", door.danger, name="danger"),
    path("send/", door.send, name="send"),
    path("done/", door.done, name="done"),
    path("phone/", phone.pairing, name="pair"),
    path("phone/forget/", phone.forgetting, name="forget"),
    path("reports/", phone.reports, name="reports"),
    path("kept/", kept.frame, name="kept"),
    path("kept/send/", kept.send, name="kept_send"),
    path("worker.js", kept.worker, name="worker"),
    path("app.webmanifest", kept.manifest, name="manifest"),
]

for_staff = [
    path("", dues.owed, name="dues"),
    path("places/", dues.find, name="find"),
    path("places/<int:pk>/check/<str:form_id>/", check.fill_in, name="check"),
    path("places/<int:pk>/paper/", paper.paper, name="paper"),
    path("checks/<int:pk>/", check.made, name="check_made"),
    path("forms/<int:pk>/", preview.preview, name="form_preview"),
    *(
        path(f"forms/<int:pk>/door/{page}/", preview.rehearse, {"page": page}, name=f"rehearse_{page}")
        for page in rehearsal.PAGES
    ),
    path("plates/", plates.plates, name="plates"),
    path("phones/", phones.phones, name="phones"),
    path("offline/", offline.page, name="offline"),
    path("offline/kit.json", offline.kit, name="offline_kit"),
    path("offline/worker.js", offline.worker, name="offline_worker"),
    path("offline/send/", offline.send, name="offline_send"),
    path("offline/edit/", offline.edit, name="offline_edit"),
]

for_collect = [  # Collect appends formList and submission to the address it was given, without a slash behind
    path("formList", collect.form_list, name="forms"),
    path("submission", collect.submission, name="submission"),
    path("forms/<str:form_id>.xml", collect.form, name="form"),
    path("forms/<str:form_id>/manifest.xml", collect.manifest, name="manifest"),
    path("forms/<str:form_id>/places.csv", collect.places, name="places"),
    path("forms/<str:form_id>/media/<str:name>", collect.picture, name="picture"),
]

urlpatterns = [
    path("key/<str:token>/", include((for_collect, "collect"))),
    path("d/<str:token>/", include((at_the_door, "door"))),
    path("pictures/<str:name>", pictures.small, name="form_picture"),
    path("field/", include((for_staff, "field"))),
]
