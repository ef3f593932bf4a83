import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("estate", "0002_birthday"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(blank=True, default="", max_length=30)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                (
                    "pays",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("tenant", "Tenant"),
                            ("developer", "Developer"),
                            ("person", "Person"),
                        ],
                        default="owner",
                        max_length=9,
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=2, default=1, max_digits=10)),
                (
                    "price",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True),
                ),
                ("contract", models.CharField(blank=True, default="", max_length=60)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, unique=True)),
                ("period", models.CharField(max_length=7)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("made_at", models.DateTimeField()),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ChargeGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=40)),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "1"), (3, "3"), (6, "6"), (12, "12")]
                    ),
                ),
                ("draft_after", models.SmallIntegerField()),
                ("issue_after", models.SmallIntegerField()),
                ("due_after", models.SmallIntegerField()),
                ("offset_after", models.SmallIntegerField()),
                (
                    "debit_after",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("in_use", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="ChargeItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=40)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("area", "Area"),
                            ("fixed", "Fixed"),
                            ("metered", "Metered"),
                            ("apportioned", "Apportioned"),
                            ("slip", "Slip"),
                            ("contract", "Contract"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[("advance", "Advance"), ("arrears", "Arrears")],
                        default="advance",
                        max_length=7,
                    ),
                ),
                (
                    "split",
                    models.CharField(
                        choices=[("day", "Day"), ("month", "Month")], default="day", max_length=5
                    ),
                ),
                ("unit", models.CharField(blank=True, default="", max_length=20)),
                ("meter_kind", models.CharField(blank=True, default="", max_length=12)),
                (
                    "matters",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("account", models.CharField(max_length=12)),
                ("agency", models.BooleanField(default=False)),
                ("prepayable", models.BooleanField(default=True)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("in_use", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="DraftLine",
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
                            ("regular", "Regular"),
                            ("correction", "Correction"),
                            ("slip", "Slip"),
                            ("opening", "Opening"),
                        ],
                        default="regular",
                        max_length=10,
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                ("price", models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("working", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid_on", models.DateField()),
                ("paper", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("entered", "Entered"),
                            ("confirmed", "Confirmed"),
                            ("dropped", "Dropped"),
                        ],
                        default="entered",
                        max_length=9,
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Line",
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
                            ("regular", "Regular"),
                            ("correction", "Correction"),
                            ("slip", "Slip"),
                            ("opening", "Opening"),
                        ],
                        default="regular",
                        max_length=10,
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                (
                    "price",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("working", models.JSONField()),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("drafted", "Drafted"),
                            ("posted", "Posted"),
                            ("reversed", "Reversed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("houses", models.PositiveIntegerField(default=0)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("held", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("area", "Area"),
                            ("household", "Household"),
                            ("weight", "Weight"),
                            ("meter", "Meter"),
                        ],
                        max_length=9,
                    ),
                ),
                ("vacant", models.CharField(default="developer", max_length=9)),
                (
                    "meter_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("water", "Water"),
                            ("hot_water", "Hot Water"),
                            ("electricity", "Electricity"),
                            ("gas", "Gas"),
                            ("heat", "Heat"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("weights", models.JSONField(blank=True, default=dict)),
                (
                    "quantity",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=14, null=True),
                ),
                (
                    "price",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True),
                ),
                ("paper", models.CharField(blank=True, default="", max_length=60)),
                (
                    "weight",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("shared", "Shared"), ("dropped", "Dropped")],
                        default="open",
                        max_length=7,
                    ),
                ),
                ("key", models.UUIDField(blank=True, null=True, unique=True)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Prepaid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("balance", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
        ),
        migrations.CreateModel(
            name="Reduction",
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
                        choices=[("reversal", "Reversal"), ("correction", "Correction")],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("business_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("working", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Relief",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                (
                    "percent",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                (
                    "monthly",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True),
                ),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_review", "In Review"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                        ],
                        default="in_review",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("regular", "Regular"),
                            ("correction", "Correction"),
                            ("opening", "Opening"),
                        ],
                        default="regular",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafting", "Drafting"),
                            ("drafted", "Drafted"),
                            ("posting", "Posting"),
                            ("posted", "Posted"),
                            ("dropped", "Dropped"),
                            ("reversing", "Reversing"),
                            ("reversed", "Reversed"),
                        ],
                        default="drafting",
                        max_length=9,
                    ),
                ),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("key", models.UUIDField(blank=True, null=True, unique=True)),
                ("houses", models.PositiveIntegerField(default=0)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("held", models.PositiveIntegerField(default=0)),
                ("totals", models.JSONField(blank=True, default=dict)),
                (
                    "deviation",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True),
                ),
                ("drafted_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                ("reversal_asked_at", models.DateTimeField(blank=True, null=True)),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
                ("offset_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Scope",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("places", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weight", models.DecimalField(decimal_places=4, max_digits=14)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
        ),
        migrations.CreateModel(
            name="Slip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, unique=True)),
                ("done_on", models.DateField()),
                ("lines", models.JSONField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("signed_name", models.CharField(max_length=40)),
                ("source", models.CharField(blank=True, max_length=60, null=True, unique=True)),
                ("key", models.UUIDField(blank=True, null=True, unique=True)),
                ("made_at", models.DateTimeField()),
                ("void_reason", models.CharField(blank=True, default="", max_length=200)),
                ("void_asked_at", models.DateTimeField(blank=True, null=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Snag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("blocking", models.BooleanField()),
                ("values", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Tariff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "house_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("flat", "Flat"),
                            ("shop", "Shop"),
                            ("office", "Office"),
                            ("parking", "Parking"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("price", models.DecimalField(decimal_places=4, max_digits=12)),
                ("tiers", models.JSONField(blank=True, default=list)),
                ("least", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("basis", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In Review"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                            ("dropped", "Dropped"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=0)),
                ("drafted_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("returned_reason", models.CharField(blank=True, default="", max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ways", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "verbose_name_plural": "terms",
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("business_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
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
                    "house",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.house",
                    ),
                ),
            ],
        ),
    ]
