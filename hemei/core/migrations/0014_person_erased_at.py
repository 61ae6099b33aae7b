from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0013_place_by_text")]
    operations = [migrations.AddField("person", "erased_at", models.DateTimeField(null=True))]
