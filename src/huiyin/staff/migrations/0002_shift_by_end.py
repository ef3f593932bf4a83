from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("estate", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(fields=["community", "ends_at"], name="shift_by_end"),
        ),
    ]
