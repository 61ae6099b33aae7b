from django.apps import AppConfig


class Control(AppConfig):
    name = "hemei.programmes.control"

    def ready(self) -> None:
        from hemei.core.registry import registry
        from hemei.programmes.control.programme import programme

        registry.register(programme)
