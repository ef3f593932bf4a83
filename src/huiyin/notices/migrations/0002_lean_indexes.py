import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("estate", "0001_initial"),
        ("notices", "0001_initial"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="community",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, to="estate.community"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="recipient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="staff.employee",
            ),
        ),
    ]
