import django.contrib.postgres.fields
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
            name="Announcement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("general", "general"),
                            ("power_cut", "power_cut"),
                            ("water_cut", "water_cut"),
                            ("gas_cut", "gas_cut"),
                            ("lift", "lift"),
                            ("works", "works"),
                            ("festival", "festival"),
                            ("fee", "fee"),
                            ("other", "other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("urgent", models.BooleanField(default=False)),
                ("title", models.CharField(max_length=60)),
                ("body", models.TextField()),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("all", "all"),
                            ("buildings", "buildings"),
                            ("units", "units"),
                            ("houses", "houses"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("line", models.CharField(blank=True, default="", max_length=120)),
                ("area", models.CharField(blank=True, default="", max_length=120)),
                ("from_at", models.DateTimeField(blank=True, null=True)),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                ("lifts", models.CharField(blank=True, default="", max_length=200)),
                ("precautions", models.CharField(blank=True, default="", max_length=500)),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("app", "app"),
                                ("sms", "sms"),
                                ("wechat", "wechat"),
                                ("email", "email"),
                                ("hall", "hall"),
                                ("door", "door"),
                                ("letter", "letter"),
                            ],
                            max_length=8,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("source", models.CharField(blank=True, default="", max_length=30)),
                ("version", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In Review"),
                            ("returned", "Returned"),
                            ("published", "Published"),
                            ("withdrawn", "Withdrawn"),
                            ("ended", "Ended"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("key", models.UUIDField(blank=True, null=True, unique=True)),
                ("drafted_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("returned_reason", models.CharField(blank=True, default="", max_length=300)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("at_once", models.CharField(blank=True, default="", max_length=300)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("households", models.PositiveIntegerField(default=0)),
                ("people", models.PositiveIntegerField(default=0)),
                ("unreachable", models.PositiveIntegerField(default=0)),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "community",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.community",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "withdrawn_by",
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
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "announcement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="announcements.announcement",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.building",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.house",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("take_down_on", models.DateField()),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                ("taken_down_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "announcement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="announcements.announcement",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.building",
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
                    "posted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "taken_down_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
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
            name="Slip",
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
                        choices=[("door", "door"), ("letter", "letter")], max_length=8
                    ),
                ),
                ("addressee", models.CharField(blank=True, default="", max_length=120)),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_do", "to_do"),
                            ("posted", "posted"),
                            ("sent", "sent"),
                            ("received", "received"),
                            ("sent_back", "sent_back"),
                            ("dropped", "dropped"),
                        ],
                        default="to_do",
                        max_length=10,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("ems_number", models.CharField(blank=True, default="", max_length=20)),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "announcement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="announcements.announcement",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.house",
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
            ],
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "announcement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="announcements.announcement",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="announcement",
            index=models.Index(fields=["community", "-id"], name="announcement_newest"),
        ),
        migrations.AddIndex(
            model_name="announcement",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["ends_on"],
                name="announcement_shown",
            ),
        ),
        migrations.AddIndex(
            model_name="announcement",
            index=models.Index(
                condition=models.Q(("state", "published"), ("told_at__isnull", True)),
                fields=["starts_on"],
                name="announcement_to_tell",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                name="announcement_days_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_at__isnull", True),
                    ("until_at__isnull", True),
                    ("until_at__gt", models.F("from_at")),
                    _connector="OR",
                ),
                name="cut_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("published", "ended")), _negated=True),
                    models.Q(("published_at__isnull", False), ("published_by__isnull", False)),
                    _connector="OR",
                ),
                name="published_has_hand_and_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_by__isnull", True),
                    models.Q(("published_by", models.F("drafted_by")), _negated=True),
                    models.Q(("urgent", True), models.Q(("at_once", ""), _negated=True)),
                    _connector="OR",
                ),
                name="announcement_needs_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "withdrawn"), _negated=True),
                    models.Q(("withdrawn_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="announcement_withdrawn_for_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="announcement",
            trigger=pgtrigger.compiler.Trigger(
                name="what_was_published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.published_at IS NOT NULL AND (OLD.number, OLD.category, OLD.urgent, OLD.title, OLD.body, OLD.audience, OLD.starts_on, OLD.ends_on, OLD.line, OLD.area, OLD.from_at, OLD.until_at, OLD.lifts, OLD.precautions, OLD.channels) IS DISTINCT FROM (NEW.number, NEW.category, NEW.urgent, NEW.title, NEW.body, NEW.audience, NEW.starts_on, NEW.ends_on, NEW.line, NEW.area, NEW.from_at, NEW.until_at, NEW.lifts, NEW.precautions, NEW.channels))",
                    func="RAISE EXCEPTION 'announcement % is published', OLD.number;",
                    hash="19dddf7dc60e6a53151bbc725fdd9d28dd93a5c5",
                    operation="UPDATE",
                    pgid="pgtrigger_what_was_published_stays_2ccca",
                    table="announcements_announcement",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                fields=("announcement", "building", "unit", "house"),
                name="place_named_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("building__isnull", False), ("house__isnull", True), ("unit__isnull", True)
                    ),
                    models.Q(
                        ("building__isnull", True), ("house__isnull", True), ("unit__isnull", False)
                    ),
                    models.Q(
                        ("building__isnull", True), ("house__isnull", False), ("unit__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="place_is_one_thing",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("dropped_at__isnull", True), ("posted_at__isnull", True)),
                fields=["due_at"],
                name="posting_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("posted_at__isnull", False), ("taken_down_at__isnull", True)),
                fields=["take_down_on"],
                name="posting_hanging",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                fields=("announcement", "building", "unit"),
                name="one_poster_per_hall",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("photo__isnull", True), ("posted_at__isnull", True)),
                    models.Q(
                        ("photo__isnull", False),
                        ("posted_at__isnull", False),
                        ("posted_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="posted_is_proved",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_down_at__isnull", True),
                    models.Q(("posted_at__isnull", False), ("taken_down_by__isnull", False)),
                    _connector="OR",
                ),
                name="taken_down_after_posting",
            ),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(
                condition=models.Q(("state", "to_do")), fields=["due_at"], name="slip_to_do"
            ),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.UniqueConstraint(
                fields=("announcement", "house", "kind"), name="one_slip_per_household"
            ),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("state__in", ("to_do", "dropped"))),
                    models.Q(
                        models.Q(("state__in", ("to_do", "dropped")), _negated=True),
                        ("done_at__isnull", False),
                        ("done_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="slip_done_has_hand_and_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("to_do", "dropped")),
                    models.Q(("kind", "door"), ("photo__isnull", False)),
                    models.Q(("kind", "letter"), models.Q(("ems_number", ""), _negated=True)),
                    _connector="OR",
                ),
                name="slip_is_proved",
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(
                fields=("announcement", "number"), name="one_row_per_version"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="version",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9bb82160d360f76d61f0989f440f7ae2c8c8457f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_51395",
                    table="announcements_version",
                    when="BEFORE",
                ),
            ),
        ),
    ]
