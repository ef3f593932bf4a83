import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("estate", "0002_birthday"),
        ("files", "0001_initial"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="Meter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("water", "Water"),
                            ("hot_water", "Hot Water"),
                            ("electricity", "Electricity"),
                            ("gas", "Gas"),
                            ("heat", "Heat"),
                        ],
                        max_length=12,
                    ),
                ),
                ("place", models.CharField(blank=True, default="", max_length=80)),
                ("factor", models.DecimalField(decimal_places=2, default=1, max_digits=8)),
                ("digits", models.PositiveSmallIntegerField(default=5)),
                ("route", models.CharField(blank=True, default="", max_length=40)),
                ("step", models.PositiveIntegerField(default=0)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                (
                    "building",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.building",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.community",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meters",
                        to="estate.house",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="meters.meter",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first", "First"),
                            ("read", "Read"),
                            ("estimated", "Estimated"),
                            ("last", "Last"),
                        ],
                        default="read",
                        max_length=9,
                    ),
                ),
                ("read_on", models.DateField()),
                ("value", models.DecimalField(decimal_places=3, max_digits=12)),
                ("rolled", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("key", models.UUIDField(unique=True)),
                ("fingerprint", models.CharField(blank=True, default="", max_length=64)),
                ("by_name", models.CharField(max_length=60)),
                ("recorded_at", models.DateTimeField()),
                ("held", models.CharField(blank=True, default="", max_length=12)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("settled_note", models.CharField(blank=True, default="", max_length=200)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.community",
                    ),
                ),
                (
                    "meter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="meters.meter",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Skip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("skipped_on", models.DateField()),
                ("reason", models.CharField(max_length=100)),
                ("by_name", models.CharField(max_length=60)),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.community",
                    ),
                ),
                (
                    "meter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skips",
                        to="meters.meter",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(
                fields=["community", "route", "step", "id"], name="meters_on_the_walk"
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.UniqueConstraint(
                fields=("community", "code"), name="one_meter_per_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True),
                    ("from_on__lte", models.F("until_on")),
                    _connector="OR",
                ),
                name="meter_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="meter",
            constraint=models.CheckConstraint(
                condition=models.Q(("factor__gt", 0)), name="meter_factor_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(fields=["meter", "-read_on", "-id"], name="readings_newest"),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                condition=models.Q(
                    models.Q(("held", ""), _negated=True),
                    ("settled_at__isnull", True),
                    ("voided_at__isnull", True),
                ),
                fields=["community", "id"],
                name="readings_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("meter", "read_on", "kind"),
                name="one_reading_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__gte", 0)), name="reading_not_negative"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reading",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b2801d0c86fd322e19d49d031feda4d9871e0914",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_5d77f",
                    table="meters_reading",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reading",
            trigger=pgtrigger.compiler.Trigger(
                name="a_fact_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.meter_id, OLD.kind, OLD.read_on, OLD.value, OLD.photo_id, OLD.by_id, OLD.recorded_at, OLD.held) IS DISTINCT FROM ROW(NEW.meter_id, NEW.kind, NEW.read_on, NEW.value, NEW.photo_id, NEW.by_id, NEW.recorded_at, NEW.held) OR OLD.voided_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'reading % is history', OLD.id;",
                    hash="fb4ec955bbd87842e062d92778271045cdb7cc1c",
                    operation="UPDATE",
                    pgid="pgtrigger_a_fact_stays_3befc",
                    table="meters_reading",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="skip",
            constraint=models.UniqueConstraint(
                fields=("meter", "skipped_on"), name="one_skip_a_day"
            ),
        ),
    ]
