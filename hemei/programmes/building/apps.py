from django.apps import AppConfig


class Building(AppConfig):
    name = "hemei.programmes.building"

    def ready(self) -> None:
        from hemei.core.registry import registry
        from hemei.programmes.building.programme import programme

        registry.register(programme)
