"""The addresses of the field: the plate on a door, and the pages of who goes there."""

from __future__ import annotations

from django.urls import include, path

from hemei.field.views import door, phone

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
]

urlpatterns = [
    path("d/<str:token>/", include((at_the_door, "door"))),
]
