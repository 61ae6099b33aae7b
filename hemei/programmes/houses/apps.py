from django.apps import AppConfig


class Houses(AppConfig):
    name = "hemei.programmes.houses"

    def ready(self) -> None:
        from hemei.core.registry import registry
        from hemei.programmes.houses.programme import programme

        registry.register(programme)
