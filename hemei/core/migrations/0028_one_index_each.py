"""Indexes that another one begins with, and entries for accounts where there is none, are kept no more."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

PROTECT, CASCADE = models.PROTECT, models.CASCADE


class NoMoreIndexed(migrations.AlterField):
    """A column loses the index of its own. On SQLite the table is not copied for that, and keeps its triggers."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column, ours = model._meta.get_field(self.name).column, {index.name for index in model._meta.indexes}
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, model._meta.db_table)
        for name, found in known.items():
            if found["index"] and not found["unique"] and found["columns"] == [column] and name not in ours:
                schema_editor.remove_index(model, models.Index(fields=[self.name], name=name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(schema_editor._create_index_sql(model, fields=[model._meta.get_field(self.name)]))


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0027_account_sign_ins_ended"),
    ]

    operations = [
        NoMoreIndexed(
            "auditentry", "account", models.ForeignKey(settings.AUTH_USER_MODEL, PROTECT, null=True, db_index=False)
        ),
        NoMoreIndexed(
            "check", "account", models.ForeignKey(settings.AUTH_USER_MODEL, PROTECT, null=True, db_index=False)
        ),
        NoMoreIndexed(
            "check", "place", models.ForeignKey("core.place", PROTECT, related_name="checks", db_index=False)
        ),
        NoMoreIndexed(
            "case", "place", models.ForeignKey("core.place", PROTECT, null=True, related_name="cases", db_index=False)
        ),
        NoMoreIndexed(
            "casestep", "case", models.ForeignKey("core.case", PROTECT, related_name="steps", db_index=False)
        ),
        NoMoreIndexed("due", "place", models.ForeignKey("core.place", PROTECT, related_name="dues", db_index=False)),
        NoMoreIndexed("due", "round", models.ForeignKey("core.round", CASCADE, related_name="dues", db_index=False)),
        NoMoreIndexed(
            "holding",
            "household",
            models.ForeignKey("core.household", CASCADE, related_name="holdings", db_index=False),
        ),
        NoMoreIndexed(
            "householdmember",
            "household",
            models.ForeignKey("core.household", CASCADE, related_name="members", db_index=False),
        ),
        NoMoreIndexed(
            "stagedrow", "batch", models.ForeignKey("core.importbatch", CASCADE, related_name="rows", db_index=False)
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["account"], name="audit_of_account", condition=models.Q(account__isnull=False)),
        ),
        migrations.AddIndex(
            "check",
            models.Index(fields=["account"], name="check_of_account", condition=models.Q(account__isnull=False)),
        ),
    ]
