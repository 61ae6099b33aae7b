from django.apps import AppConfig


class Field(AppConfig):
    name = "hemei.field"
