from django.apps import AppConfig


class Core(AppConfig):
    name = "hemei.core"

    def ready(self) -> None:
        from hemei.core.actions.register import applying, mapping, reading  # noqa: F401  they declare their jobs to the worker
