import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("estate", "0001_initial"),
        ("files", "0001_initial"),
        ("staff", "0001_initial"),
        ("standards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("fired", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Matter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("complaint", "complaint"),
                            ("complaint.written", "complaint.written"),
                            ("complaint.attitude", "complaint.attitude"),
                            ("complaint.emergency", "complaint.emergency"),
                            ("repair", "repair"),
                            ("repair.public", "repair.public"),
                            ("home_service", "home_service"),
                            ("special_service", "special_service"),
                            ("enquiry", "enquiry"),
                            ("suggestion", "suggestion"),
                            ("praise", "praise"),
                            ("help", "help"),
                            ("builder_defect", "builder_defect"),
                            ("callback", "callback"),
                            ("correction", "correction"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("assigned", "assigned"),
                            ("accepted", "accepted"),
                            ("on_site", "on_site"),
                            ("finished", "finished"),
                            ("visited_back", "visited_back"),
                            ("closed", "closed"),
                            ("reopened", "reopened"),
                        ],
                        default="received",
                        max_length=12,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "phone"),
                            ("visit", "visit"),
                            ("web", "web"),
                            ("email", "email"),
                            ("sms", "sms"),
                            ("wechat", "wechat"),
                            ("box", "box"),
                            ("letter", "letter"),
                            ("forum", "forum"),
                            ("walk", "walk"),
                            ("interview", "interview"),
                            ("meeting", "meeting"),
                            ("patrol", "patrol"),
                            ("radio", "radio"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField()),
                ("place", models.CharField(blank=True, default="", max_length=80)),
                ("caller_name", models.CharField(blank=True, default="", max_length=40)),
                ("caller_phone", models.CharField(blank=True, default="", max_length=24)),
                ("anonymous", models.BooleanField(default=False)),
                ("important", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                ("cycle", models.PositiveSmallIntegerField(default=1)),
                ("first_time_pass", models.BooleanField(blank=True, null=True)),
                ("nearest_due_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("result", models.TextField(blank=True, default="")),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("equipment", "equipment"),
                            ("workmanship", "workmanship"),
                            ("attitude", "attitude"),
                            ("cleaning", "cleaning"),
                            ("security", "security"),
                            ("neighbour", "neighbour"),
                            ("parking", "parking"),
                            ("fees", "fees"),
                            ("builder", "builder"),
                            ("communication", "communication"),
                            ("other", "other"),
                        ],
                        default="",
                        max_length=14,
                    ),
                ),
                ("signed_name", models.CharField(blank=True, default="", max_length=40)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("visited_back_at", models.DateTimeField(blank=True, null=True)),
                ("satisfaction", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("comment", models.TextField(blank=True, default="")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "about_employee",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matters",
                        to="estate.community",
                    ),
                ),
                (
                    "follower",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed",
                        to="staff.employee",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matters",
                        to="estate.house",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned",
                        to="staff.employee",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matters",
                        to="estate.person",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="standards.standardversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("assigned", "assigned"),
                            ("accepted", "accepted"),
                            ("arrived", "arrived"),
                            ("progressed", "progressed"),
                            ("promised", "promised"),
                            ("paused", "paused"),
                            ("resumed", "resumed"),
                            ("finished", "finished"),
                            ("replied", "replied"),
                            ("signed", "signed"),
                            ("visited_back", "visited_back"),
                            ("closed", "closed"),
                            ("reopened", "reopened"),
                            ("reclassified", "reclassified"),
                            ("handed_over", "handed_over"),
                            ("escalated", "escalated"),
                            ("noted", "noted"),
                            ("reported", "reported"),
                        ],
                        max_length=14,
                    ),
                ),
                ("by_name", models.CharField(max_length=60)),
                ("via", models.CharField(blank=True, default="", max_length=12)),
                ("contact", models.BooleanField(default=False)),
                ("text", models.TextField(blank=True, default="")),
                ("data", models.JSONField(blank=True, default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="staff.employee",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="matters.matter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="staff.employee",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="files.storedfile"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="matters.matter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("clause", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=16)),
                ("rule", models.CharField(max_length=8)),
                ("cycle", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("kept", "Kept"),
                            ("broken", "Broken"),
                            ("void", "Void"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("base_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("used_seconds", models.PositiveIntegerField(default=0)),
                ("running_since", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("next_alarm_at", models.DateTimeField(blank=True, null=True)),
                ("rung", models.PositiveSmallIntegerField(default=0)),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("provisional", models.BooleanField(default=False)),
                ("void_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="estate.community"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises",
                        to="matters.matter",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="standards.standardversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("to_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="staff.employee",
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pauses",
                        to="matters.promise",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NonConformity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="staff.employee"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="non_conformities",
                        to="matters.matter",
                    ),
                ),
                (
                    "promise",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="matters.promise"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "non-conformities",
            },
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["community", "nearest_due_at", "id"],
                name="matter_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["owner", "nearest_due_at", "id"],
                name="matter_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["community", "-received_at", "-id"], name="matter_newest"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["house", "-received_at"], name="matter_of_house"),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("satisfaction__isnull", True), ("satisfaction__range", (1, 5)), _connector="OR"
                ),
                name="satisfaction_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state", "closed")),
                    models.Q(
                        models.Q(("state", "closed"), _negated=True), ("closed_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="closed_has_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("anonymous", False),
                    models.Q(("caller_name", ""), ("caller_phone", ""), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="anonymous_keeps_no_name",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["matter", "at", "id"], name="event_in_order"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e0838f00b7484ccfdfe7bab9bff1f314b3bac3d5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5f8bd",
                    table="matters_event",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.UniqueConstraint(
                fields=("matter", "file"), name="one_photo_per_file"
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("next_alarm_at__isnull", False)),
                fields=["next_alarm_at", "id"],
                name="promise_alarm",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["matter", "id"], name="promise_of_matter"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["community", "code", "due_at"], name="promise_figures"),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True),
                        ("running_since__isnull", False),
                        ("state", "running"),
                    ),
                    models.Q(
                        ("closed_at__isnull", True),
                        ("running_since__isnull", True),
                        ("state", "paused"),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("running_since__isnull", True),
                        ("state", "kept"),
                        ("closed_at__lt", models.F("due_at")),
                    ),
                    models.Q(("running_since__isnull", True), ("state", "broken")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("running_since__isnull", True),
                        ("state", "void"),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="promise_state_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True), ("next_alarm_at__isnull", True), _connector="OR"
                ),
                name="closed_promise_is_silent",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("started_at__lte", models.F("due_at"))), name="promise_forward"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promise",
            trigger=pgtrigger.compiler.Trigger(
                name="verdict_is_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state IN ('kept', 'broken', 'void') AND (NEW.state IS DISTINCT FROM OLD.state OR NEW.due_at IS DISTINCT FROM OLD.due_at))",
                    func="RAISE EXCEPTION 'the verdict of promise % is final', OLD.id;",
                    hash="55003412cd9e5c407f405df8106b7ab747646a2b",
                    operation="UPDATE",
                    pgid="pgtrigger_verdict_is_final_c0fea",
                    table="matters_promise",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_at__lt", models.F("until_at"))), name="pause_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="pause_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_at__isnull", True)),
                fields=("promise",),
                name="one_pause_at_a_time",
            ),
        ),
    ]
