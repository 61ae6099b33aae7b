from django.apps import AppConfig


class Craftsmen(AppConfig):
    name = "hemei.programmes.craftsmen"

    def ready(self) -> None:
        from hemei.core.actions.register.catalogue import declare
        from hemei.core.registry import registry
        from hemei.programmes.craftsmen.programme import programme
        from hemei.programmes.craftsmen.register import register

        registry.register(programme)
        declare(programme.key, register)
