import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("estate", "0002_birthday"),
        ("files", "0001_initial"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(blank=True, null=True, unique=True)),
                ("number", models.CharField(blank=True, default="", max_length=40)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In Review"),
                            ("returned", "Returned"),
                            ("issued", "Issued"),
                            ("replaced", "Replaced"),
                            ("void", "Void"),
                            ("destroyed", "Destroyed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                (
                    "department",
                    models.CharField(
                        choices=[
                            ("service", "service"),
                            ("engineering", "engineering"),
                            ("security", "security"),
                            ("cleaning", "cleaning"),
                            ("finance", "finance"),
                            ("admin", "admin"),
                        ],
                        max_length=12,
                    ),
                ),
                ("form", models.CharField(blank=True, default="", max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("subject", models.CharField(blank=True, default="", max_length=60)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("staff", "staff"),
                            ("owner", "owner"),
                            ("posts", "posts"),
                            ("leaders", "leaders"),
                        ],
                        default="staff",
                        max_length=8,
                    ),
                ),
                (
                    "readers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("data", models.JSONField(blank=True, default=dict)),
                ("summary", models.TextField(blank=True, default="")),
                ("words", models.TextField(blank=True, default="")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("made_at", models.DateTimeField()),
                ("made_by_name", models.CharField(max_length=60)),
                ("issued_at", models.DateTimeField(blank=True, null=True)),
                ("returned_why", models.CharField(blank=True, default="", max_length=300)),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                ("keep_until", models.DateField(blank=True, null=True)),
                ("void_why", models.CharField(blank=True, default="", max_length=300)),
                ("void_asked_at", models.DateTimeField(blank=True, null=True)),
                ("void_at", models.DateTimeField(blank=True, null=True)),
                ("destroy_asked_at", models.DateTimeField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "about",
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
                    "destroy_asked_by",
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
                    "destroyed_by",
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
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.house",
                    ),
                ),
                (
                    "issued_by",
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
                    "made_by",
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
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.person",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="documents.paper",
                    ),
                ),
                (
                    "void_asked_by",
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
                    "void_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.employee",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["community", "-made_at", "-id"], name="paper_newest"),
                    models.Index(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=["subject", "id"],
                        name="paper_of_subject",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("keep_until__isnull", False),
                            models.Q(("state", "destroyed"), _negated=True),
                        ),
                        fields=["community", "keep_until"],
                        name="paper_over",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], name="paper_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("community", "number", "version"),
                        name="paper_numbered_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "issued")),
                        fields=("community", "number"),
                        name="one_version_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("draft", "in_review", "returned", "void", "destroyed")),
                            models.Q(
                                models.Q(("number", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                                ("file__isnull", False),
                                ("issued_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="issued_paper_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "void"), _negated=True),
                            models.Q(
                                ("void_at__isnull", False),
                                ("void_by__isnull", False),
                                models.Q(("void_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="void_paper_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "void"), _negated=True),
                            ("given_at__isnull", True),
                            models.Q(
                                ("void_asked_by__isnull", False),
                                models.Q(("void_asked_by", models.F("void_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="void_when_given_out_needs_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "destroyed"), _negated=True),
                            models.Q(
                                ("destroyed_at__isnull", False),
                                ("destroyed_by__isnull", False),
                                ("file__isnull", True),
                                ("destroy_asked_by__isnull", False),
                                models.Q(
                                    ("destroy_asked_by", models.F("destroyed_by")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="destroyed_paper_needs_two",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paper",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="16f6077f0377a9214e64efbeb7d1c287ee157785",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_0dda0",
                    table="documents_paper",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paper",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_is_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state NOT IN ('draft', 'in_review', 'returned') AND (ROW(OLD.community_id, OLD.key, OLD.number, OLD.version, OLD.replaces_id, OLD.kind, OLD.department, OLD.form, OLD.title, OLD.subject, OLD.house_id, OLD.person_id, OLD.about_id, OLD.sha256, OLD.made_at, OLD.made_by_id, OLD.made_by_name, OLD.issued_at, OLD.issued_by_id) IS DISTINCT FROM ROW(NEW.community_id, NEW.key, NEW.number, NEW.version, NEW.replaces_id, NEW.kind, NEW.department, NEW.form, NEW.title, NEW.subject, NEW.house_id, NEW.person_id, NEW.about_id, NEW.sha256, NEW.made_at, NEW.made_by_id, NEW.made_by_name, NEW.issued_at, NEW.issued_by_id) OR NEW.state IN ('draft', 'in_review', 'returned') OR OLD.state <> 'issued' AND NEW.state NOT IN (OLD.state, 'destroyed') OR NEW.state <> 'destroyed' AND ROW(OLD.data, OLD.summary, OLD.words, OLD.file_id) IS DISTINCT FROM ROW(NEW.data, NEW.summary, NEW.words, NEW.file_id) OR OLD.state = 'destroyed'))",
                    func="RAISE EXCEPTION 'paper % was issued and stays as it is', OLD.id;",
                    hash="66e421a70e84616c86b9b191dff7032d554fa3b8",
                    operation="UPDATE",
                    pgid="pgtrigger_issued_is_final_3c21f",
                    table="documents_paper",
                    when="BEFORE",
                ),
            ),
        ),
    ]
