"""A request knows whom its subject complains about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="about",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
    ]
