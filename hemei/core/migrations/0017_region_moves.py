import django.db.models.deletion
from django.db import migrations, models

TABLES = ["core_regionchange", "core_regionmove"]


def refuse_changes(apps, schema_editor):
    """As 0002 does for the other tables that are only added to."""
    for table in TABLES:
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


def allow_changes(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            continue
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}")


def code(**more):
    return models.CharField(db_index=True, max_length=15, **more)


class Migration(migrations.Migration):
    dependencies = [("core", "0016_person_erased_at")]
    operations = [
        migrations.AddField("region", "opened_on", models.DateField(null=True)),
        migrations.DeleteModel("RegionChange"),  # nothing ever filled it
        migrations.CreateModel(
            name="RegionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old", code()),
                ("new", code()),
                ("on", models.DateField(db_index=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("merged", "合并"),
                            ("split", "拆分"),
                            ("renamed", "更名（换代码）"),
                            ("moved", "划转"),
                        ],
                        max_length=8,
                    ),
                ),
                ("document", models.CharField(max_length=160)),
                ("parts", models.JSONField(default=list)),
                ("main", models.BooleanField(default=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("old", "new", "on"), name="region_change_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="RegionMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old", code()),
                ("new", code()),
                ("on", models.DateField(db_index=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="core.regionchange"
                    ),
                ),
                *(
                    (
                        name,
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="moves",
                            to=f"core.{name}",
                        ),
                    )
                    for name in ("place", "household", "case")
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["place", "on"], name="move_of_place"),
                    models.Index(fields=["case", "on"], name="move_of_case"),
                ],
            },
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
