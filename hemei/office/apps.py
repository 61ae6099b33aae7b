from django.apps import AppConfig


class Office(AppConfig):
    name = "hemei.office"
