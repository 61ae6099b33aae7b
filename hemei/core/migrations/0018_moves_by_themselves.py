import django.db.models.deletion
from django.db import migrations, models


def refuse_changes(apps, schema_editor):
    """SQLite makes a table anew when a column changes, and its triggers go with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS core_regionmove_no_{verb.lower()} BEFORE {verb} ON core_regionmove "
                "BEGIN SELECT RAISE(ABORT, 'core_regionmove is append-only'); END"
            )


class Migration(migrations.Migration):
    dependencies = [("core", "0017_region_moves")]
    operations = [
        migrations.AlterField(
            "regionmove",
            "change",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="core.regionchange",
            ),
        ),
        migrations.RunPython(refuse_changes, migrations.RunPython.noop),
    ]
