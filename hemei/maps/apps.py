from django.apps import AppConfig


class Maps(AppConfig):
    name = "hemei.maps"
