from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0015_own_form")]
    operations = [migrations.AddField("person", "erased_at", models.DateTimeField(null=True))]
