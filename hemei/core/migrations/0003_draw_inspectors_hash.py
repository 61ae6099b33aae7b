from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only")]
    operations = [
        migrations.AddField("draw", "inspectors_hash", models.CharField(max_length=64, default="")),
    ]
