from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_message_reason")]

    operations = [
        migrations.AddField("account", "must_change_password", models.BooleanField(default=False)),
    ]
