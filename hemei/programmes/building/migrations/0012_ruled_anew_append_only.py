from importlib import import_module

from django.db import migrations

triggers = import_module("hemei.programmes.building.migrations.0002_append_only")


class Migration(migrations.Migration):
    dependencies = [("building", "0011_ruled_anew")]
    operations = [
        migrations.RunPython(
            triggers.refuse_changes("building_ruledanew"), triggers.allow_changes("building_ruledanew")
        )
    ]
