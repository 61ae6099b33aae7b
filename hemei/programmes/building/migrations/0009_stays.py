from django.db import migrations, models


def count(apps, schema_editor):
    """What the steps say so far."""
    step, stay = (apps.get_model("building", name) for name in ("PermitStep", "Stay"))
    left = step.objects.filter(worked_days__isnull=False).exclude(from_state="").order_by()
    rows = left.values_list("permit__region", "from_state", "worked_days").annotate(times=models.Count("pk"))
    stay.objects.bulk_create(
        (stay(region=region, state=state, days=days, n=times) for region, state, days, times in rows.iterator()),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("building", "0008_relocation_append_only")]
    operations = [
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("region", models.CharField(max_length=15)),
                ("state", models.CharField(max_length=18)),
                ("days", models.PositiveSmallIntegerField()),
                ("n", models.PositiveIntegerField(default=0)),
            ],
            options={"indexes": [models.Index(fields=["region", "state", "days"], name="permit_stay")]},
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
