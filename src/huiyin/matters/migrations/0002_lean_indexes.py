import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("estate", "0001_initial"),
        ("matters", "0001_initial"),
        ("staff", "0002_shift_by_end"),
        ("standards", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="staff.employee",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="matter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="matters.matter",
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="community",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matters",
                to="estate.community",
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="house",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matters",
                to="estate.house",
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="standard",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="standards.standardversion",
            ),
        ),
        migrations.AlterField(
            model_name="promise",
            name="community",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="estate.community"
            ),
        ),
        migrations.AlterField(
            model_name="promise",
            name="matter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="promises",
                to="matters.matter",
            ),
        ),
        migrations.AlterField(
            model_name="promise",
            name="standard",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="standards.standardversion",
            ),
        ),
    ]
