from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_step_of_case")]
    operations = [
        # Nullable and without a default: SQLite then adds the column where it stands, and the triggers stay.
        migrations.AddField("auditentry", "matter", models.CharField(max_length=20, null=True)),
        migrations.AddField("importbatch", "matter", models.CharField(default="*", max_length=20)),
    ]
