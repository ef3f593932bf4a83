from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="part",
            name="failed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
