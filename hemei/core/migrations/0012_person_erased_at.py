from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0011_second_factor")]
    operations = [migrations.AddField("person", "erased_at", models.DateTimeField(null=True))]
