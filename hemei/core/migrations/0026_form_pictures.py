from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("core", "0025_by_region_first")]

    operations = [
        migrations.CreateModel(
            "FormPicture",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("small", models.BinaryField()),
                ("uploaded_at", models.DateTimeField(default=timezone.now)),
                ("by", models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)),
            ],
        )
    ]
