from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0005_staging_decisions")]

    operations = [
        migrations.AddField("account", "must_change_password", models.BooleanField(default=False)),
    ]
