from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0026_form_pictures")]

    operations = [migrations.AddField("Account", "sign_ins_ended", models.PositiveIntegerField(default=0))]
