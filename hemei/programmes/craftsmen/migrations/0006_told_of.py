from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("craftsmen", "0005_portraits_and_scans")]

    operations = [migrations.AddField("craftsman", "told_of", models.DateField(null=True))]
