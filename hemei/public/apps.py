from django.apps import AppConfig


class Public(AppConfig):
    name = "hemei.public"
