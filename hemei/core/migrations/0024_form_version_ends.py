from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0023_place_edits")]

    operations = [migrations.AddField("formversion", "ends", models.DateField(null=True))]
