from collections.abc import Callable

from django.db import migrations

TABLES = ("building_permitstep", "building_opinion", "building_visit", "building_onsite")


def refuse_changes(*tables: str) -> Callable[..., None]:
    """As the core does for its own tables that are only added to."""

    def refuse(apps, schema_editor):
        for table in tables:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION hemei_append_only()"
                )
                continue
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )

    return refuse


def allow_changes(*tables: str) -> Callable[..., None]:
    def allow(apps, schema_editor):
        for table in tables:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
                continue
            for verb in ("update", "delete"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}")

    return allow


class Migration(migrations.Migration):
    dependencies = [("building", "0001_building"), ("core", "0002_append_only")]
    operations = [migrations.RunPython(refuse_changes(*TABLES), allow_changes(*TABLES))]
