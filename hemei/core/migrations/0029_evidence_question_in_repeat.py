from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0028_one_index_each")]

    operations = [migrations.AlterField("Evidence", "question", models.CharField(blank=True, max_length=80))]
