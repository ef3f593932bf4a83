import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("estate", "0002_birthday"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("equity", "Equity"),
                            ("income", "Income"),
                            ("expense", "Expense"),
                        ],
                        max_length=9,
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
            ],
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_on", models.DateField()),
                ("locked_until", models.DateField(blank=True, null=True)),
                (
                    "community",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="book",
                        to="estate.community",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("business_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=60)),
                ("memo", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=80)),
                ("fingerprint", models.CharField(blank=True, default="", max_length=64)),
                ("legs", models.PositiveSmallIntegerField()),
                ("corrects_on", models.DateField(blank=True, null=True)),
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
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="ledger.journal",
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
                ("leg", models.PositiveSmallIntegerField()),
                ("business_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.account",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="estate.community",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.house",
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.journal",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="estate.person",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("community", "code"), name="one_account_per_code"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="book",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b02639e0bbbc3fe2112c507049fe4a6dad61a713",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_d6d65",
                    table="ledger_book",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="book",
            trigger=pgtrigger.compiler.Trigger(
                name="lock_moves_forward",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.locked_until IS NOT NULL AND (NEW.locked_until IS NULL OR NEW.locked_until < OLD.locked_until))",
                    func="RAISE EXCEPTION 'days up to % stay locked', OLD.locked_until;",
                    hash="81693f6884d85debad8d85d837371148fb37803e",
                    operation="UPDATE",
                    pgid="pgtrigger_lock_moves_forward_dae40",
                    table="ledger_book",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(fields=["community", "business_on", "id"], name="journal_in_order"),
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.UniqueConstraint(
                fields=("community", "key"), name="one_journal_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.CheckConstraint(
                condition=models.Q(("legs__gte", 2)), name="journal_has_two_sides"
            ),
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reverses", models.F("id")), _negated=True),
                name="journal_reverses_another",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="journal",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2776f1fce494c9973f594b57e9313047e5305c40",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4d2c8",
                    table="ledger_journal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="journal",
            trigger=pgtrigger.compiler.Trigger(
                name="day_is_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE shut date;",
                    func="\n                    PERFORM 1 FROM ledger_book WHERE community_id IN\n                        (SELECT DISTINCT community_id FROM written) FOR SHARE;\n                    SELECT written.business_on INTO shut FROM written\n                        LEFT JOIN ledger_book book ON book.community_id = written.community_id\n                        WHERE book.id IS NULL OR written.business_on < book.opened_on\n                            OR written.business_on <= book.locked_until\n                        LIMIT 1;\n                    IF FOUND THEN\n                        RAISE EXCEPTION 'the books are shut on %', shut\n                            USING ERRCODE = 'HY001';\n                    END IF;\n                    SELECT written.business_on INTO shut FROM written\n                        JOIN ledger_journal target ON target.id = written.reverses_id\n                        WHERE target.reverses_id IS NOT NULL\n                            OR target.community_id <> written.community_id\n                        LIMIT 1;\n                    IF FOUND THEN\n                        RAISE EXCEPTION 'a reversal is not reversed';\n                    END IF;\n                    RETURN NULL;\n                ",
                    hash="e091e7bfd66efe3c5b7f2dc588a75eb7a1484404",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_day_is_open_5893e",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="ledger_journal",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("house__isnull", False)),
                fields=["house", "business_on", "id"],
                name="postings_of_house",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["account", "business_on"], name="postings_of_account"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                fields=("journal", "leg"), name="one_posting_per_leg"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="posting_of_an_amount"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="posting",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7b239e9284152ba7def92c3dbc6b17b168823747",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f2ff5",
                    table="ledger_posting",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="posting",
            trigger=pgtrigger.compiler.Trigger(
                name="balanced",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE wrong bigint;",
                    func="\n                    SELECT sums.journal_id INTO wrong FROM (\n                        SELECT journal_id, sum(amount) AS total, count(*) AS legs,\n                            min(leg) AS first, max(leg) AS last,\n                            min(business_on) AS from_on, max(business_on) AS until_on,\n                            min(community_id) AS here, max(community_id) AS there\n                        FROM written GROUP BY journal_id) sums\n                    JOIN ledger_journal journal ON journal.id = sums.journal_id\n                    WHERE sums.total <> 0 OR sums.legs <> journal.legs\n                        OR sums.first <> 1 OR sums.last <> journal.legs\n                        OR sums.from_on <> journal.business_on\n                        OR sums.until_on <> journal.business_on\n                        OR sums.here <> journal.community_id\n                        OR sums.there <> journal.community_id\n                    LIMIT 1;\n                    IF FOUND THEN\n                        RAISE EXCEPTION 'journal % does not balance', wrong;\n                    END IF;\n                    RETURN NULL;\n                ",
                    hash="90cfae76a77f41e788fc4b6b15481518e36614c7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_balanced_945d5",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="ledger_posting",
                    when="AFTER",
                ),
            ),
        ),
    ]
