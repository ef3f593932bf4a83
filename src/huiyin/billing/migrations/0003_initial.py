import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0002_initial"),
        ("estate", "0002_birthday"),
        ("files", "0001_initial"),
        ("ledger", "0001_initial"),
        ("meters", "0001_initial"),
        ("staff", "0002_shift_by_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool",
            name="meter",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="meters.meter",
            ),
        ),
        migrations.AddField(
            model_name="pool",
            name="scan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="prepaid",
            name="community",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="estate.community"
            ),
        ),
        migrations.AddField(
            model_name="prepaid",
            name="house",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.house",
            ),
        ),
        migrations.AddField(
            model_name="prepaid",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="estate.person"
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="community",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="estate.community"
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="journal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journal",
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reductions",
                to="billing.line",
            ),
        ),
        migrations.AddField(
            model_name="relief",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.employee"
            ),
        ),
        migrations.AddField(
            model_name="relief",
            name="assignment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reliefs",
                to="billing.assignment",
            ),
        ),
        migrations.AddField(
            model_name="relief",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="community",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="billing_runs",
                to="estate.community",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="billing.chargegroup",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="posted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="reversal_asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="reversed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="reduction",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.run",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="billing.run"
            ),
        ),
        migrations.AddField(
            model_name="draftline",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="billing.run",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="billing.run",
            ),
        ),
        migrations.AddField(
            model_name="scope",
            name="community",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="estate.community"
            ),
        ),
        migrations.AddField(
            model_name="pool",
            name="scope",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pools",
                to="billing.scope",
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="house",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.house",
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="pool",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="shares",
                to="billing.pool",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="share",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.share",
            ),
        ),
        migrations.AddField(
            model_name="draftline",
            name="share",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="billing.share",
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="community",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="estate.community"
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="house",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="slips", to="estate.house"
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="slips",
                to="billing.chargeitem",
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="scan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="void_asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="slip",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.slip",
            ),
        ),
        migrations.AddField(
            model_name="draftline",
            name="slip",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="billing.slip",
            ),
        ),
        migrations.AddField(
            model_name="snag",
            name="house",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="estate.house",
            ),
        ),
        migrations.AddField(
            model_name="snag",
            name="item",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="billing.chargeitem",
            ),
        ),
        migrations.AddField(
            model_name="snag",
            name="part",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="billing.part",
            ),
        ),
        migrations.AddField(
            model_name="snag",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="snags",
                to="billing.run",
            ),
        ),
        migrations.AddField(
            model_name="tariff",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.employee",
            ),
        ),
        migrations.AddField(
            model_name="tariff",
            name="drafted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.employee"
            ),
        ),
        migrations.AddField(
            model_name="tariff",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tariffs",
                to="billing.chargeitem",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="tariff",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.tariff",
            ),
        ),
        migrations.AddField(
            model_name="draftline",
            name="tariff",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="billing.tariff",
            ),
        ),
        migrations.AddField(
            model_name="terms",
            name="community",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="estate.community",
            ),
        ),
        migrations.AddField(
            model_name="terms",
            name="developer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.person",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargegroup",
            constraint=models.UniqueConstraint(
                fields=("community", "code"), name="one_group_per_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargegroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("months__in", (1, 3, 6, 12))), name="group_of_whole_months"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargegroup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("draft_after__lte", models.F("issue_after")),
                    ("issue_after__lte", models.F("due_after")),
                ),
                name="group_days_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeitem",
            constraint=models.UniqueConstraint(
                fields=("community", "code"), name="one_item_per_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("way", "metered"), models.Q(("meter_kind", ""), _negated=True)),
                    models.Q(models.Q(("way", "metered"), _negated=True), ("meter_kind", "")),
                    _connector="OR",
                ),
                name="metered_item_names_its_meters",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["community", "house", "id"], name="assignments_by_house"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("house", "="),
                    ("item", "="),
                    ("label", "="),
                    (
                        models.Func(
                            "from_on",
                            "until_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="one_assignment_per_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True),
                    ("from_on__lt", models.F("until_on")),
                    _connector="OR",
                ),
                name="assignment_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gte", 0),
                    models.Q(("price__isnull", True), ("price__gte", 0), _connector="OR"),
                ),
                name="assignment_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("payer__isnull", False), ("pays", "person")),
                    models.Q(models.Q(("pays", "person"), _negated=True), ("payer__isnull", True)),
                    _connector="OR",
                ),
                name="assignment_names_its_payer",
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["community", "-paid_on", "-id"], name="hand_overs_newest"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="hand_over_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    models.Q(
                        ("settled_by__isnull", False),
                        models.Q(("settled_by", models.F("made_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="hand_over_confirmed_by_another",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handover",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b1d5f1eaadbbcb36f6329e4584c7a570f4ff0b1c",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_879a3",
                    table="billing_handover",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handover",
            trigger=pgtrigger.compiler.Trigger(
                name="a_payment_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'entered' OR to_jsonb(OLD) - 'state' - 'settled_by_id' - 'settled_at' IS DISTINCT FROM to_jsonb(NEW) - 'state' - 'settled_by_id' - 'settled_at')",
                    func="RAISE EXCEPTION 'hand-over % is in the books', OLD.id;",
                    hash="b9c0ca0c92a7b73b7764f405b8341565e778a82e",
                    operation="UPDATE",
                    pgid="pgtrigger_a_payment_stays_a4201",
                    table="billing_handover",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="openitem",
            name="community",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="estate.community",
            ),
        ),
        migrations.AddField(
            model_name="openitem",
            name="house",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.house",
            ),
        ),
        migrations.AddField(
            model_name="openitem",
            name="payer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="estate.person",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["house", "business_on", "id"], name="allocations_of_house"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("undoes__isnull", True)),
                    models.Q(("amount__lt", 0), ("undoes__isnull", False)),
                    _connector="OR",
                ),
                name="allocation_by_its_sign",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5aebe0ba94061e75ec851caf93d41e97d4ce86cc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_50eaf",
                    table="billing_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="prepaid",
            index=models.Index(
                condition=models.Q(("balance__gt", 0)),
                fields=["community", "house"],
                name="prepaid_to_offset",
            ),
        ),
        migrations.AddConstraint(
            model_name="prepaid",
            constraint=models.UniqueConstraint(
                fields=("house", "person"), name="one_prepaid_per_payer"
            ),
        ),
        migrations.AddConstraint(
            model_name="prepaid",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance__gte", 0)), name="prepaid_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="relief",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "approved")),
                expressions=[
                    ("assignment", "="),
                    (
                        models.Func(
                            "from_on",
                            "until_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="one_relief_per_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="relief",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_on__lt", models.F("until_on"))), name="relief_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="relief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("monthly__isnull", True), ("percent__gt", 0), ("percent__lte", 100)),
                    models.Q(("monthly__gt", 0), ("percent__isnull", True)),
                    _connector="OR",
                ),
                name="relief_of_one_measure",
            ),
        ),
        migrations.AddConstraint(
            model_name="relief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="relief_needs_two_people",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["community", "-from_on", "-id"], name="runs_newest"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("drafting", "drafted", "posting", "reversing"))),
                fields=("community", "group"),
                name="one_run_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_on__lt", models.F("until_on"))), name="run_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("issued_on__lte", models.F("due_on"))), name="run_due_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(
                        ("drafted_by__isnull", False),
                        models.Q(("confirmed_by", models.F("drafted_by")), _negated=True),
                    ),
                    models.Q(
                        ("drafted_by__isnull", True),
                        models.Q(
                            ("posted_by__isnull", True),
                            models.Q(("confirmed_by", models.F("posted_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="run_seen_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reversed_by__isnull", True),
                    models.Q(
                        ("reversal_asked_by__isnull", False),
                        models.Q(("reversed_by", models.F("reversal_asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="run_reversed_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="reduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="reduction_of_an_amount"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reduction",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f30d07c2b80315fde84ab2e8a8c0a5b66328b794",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_19edd",
                    table="billing_reduction",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(
                fields=("run", "number"), name="one_part_per_number"
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["house", "-issued_on", "-id"], name="bills_of_house"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["payer", "-issued_on", "-id"], name="bills_of_payer"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                fields=("run", "house", "payer", "liable"), name="one_bill_per_payer"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="bill_not_negative"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bill",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="1b214689538a772ddc52b5e84d5d7dc27404c2fc",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_54cad",
                    table="billing_bill",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bill",
            trigger=pgtrigger.compiler.Trigger(
                name="a_fact_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.reversed_at IS NOT NULL OR to_jsonb(OLD) - 'reversed_at' IS DISTINCT FROM to_jsonb(NEW) - 'reversed_at')",
                    func="RAISE EXCEPTION 'bill % is issued', OLD.number;",
                    hash="3fc69475099c62c079b55bfcba78ce9eb1a73787",
                    operation="UPDATE",
                    pgid="pgtrigger_a_fact_stays_363ec",
                    table="billing_bill",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="scope",
            constraint=models.UniqueConstraint(
                fields=("community", "name"), name="one_scope_per_name"
            ),
        ),
        migrations.AddIndex(
            model_name="pool",
            index=models.Index(fields=["community", "-from_on", "-id"], name="pools_newest"),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_on__lt", models.F("until_on"))), name="pool_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="pool_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "meter"), models.Q(("meter_kind", ""), _negated=True)),
                    models.Q(models.Q(("basis", "meter"), _negated=True), ("meter_kind", "")),
                    _connector="OR",
                ),
                name="pool_by_meters_names_them",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "dropped"), _negated=True),
                fields=("item", "scope", "from_on", "until_on", "paper"),
                name="one_pool_for_the_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(
                fields=("pool", "house"), name="one_share_per_house"
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("weight__gte", 0)),
                name="share_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(fields=["community", "-made_at", "-id"], name="slips_newest"),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="charge_slip_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("voided_at__isnull", True),
                    models.Q(
                        ("void_asked_by__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_asked_by", models.F("voided_by")), _negated=True),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="charge_slip_voided_by_two",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slip",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="eb54f882728bb10f0f1326ce1f13b3888a23e7e1",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_19f00",
                    table="billing_slip",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slip",
            trigger=pgtrigger.compiler.Trigger(
                name="a_paper_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.community_id, OLD.number, OLD.item_id, OLD.house_id, OLD.done_on, OLD.lines, OLD.amount, OLD.signed_name, OLD.scan_id, OLD.source, OLD.made_at) IS DISTINCT FROM ROW(NEW.community_id, NEW.number, NEW.item_id, NEW.house_id, NEW.done_on, NEW.lines, NEW.amount, NEW.signed_name, NEW.scan_id, NEW.source, NEW.made_at) OR OLD.voided_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'slip % is issued', OLD.number;",
                    hash="5ef17537478a30de9a05ba54ef34265fef019be0",
                    operation="UPDATE",
                    pgid="pgtrigger_a_paper_stays_7051e",
                    table="billing_slip",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="snag",
            index=models.Index(fields=["run", "-blocking", "id"], name="snags_of_run"),
        ),
        migrations.AddIndex(
            model_name="snag",
            index=models.Index(fields=["part", "house"], name="snags_of_part"),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "approved")),
                expressions=[
                    ("item", "="),
                    ("house_kind", "="),
                    (
                        models.Func(
                            "from_on",
                            "until_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="one_tariff_per_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True),
                    ("from_on__lt", models.F("until_on")),
                    _connector="OR",
                ),
                name="tariff_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.CheckConstraint(
                condition=models.Q(("least__gte", 0), ("price__gte", 0)), name="tariff_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="tariff_needs_two_people",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["house", "from_on", "until_on"],
                name="lines_of_houses_and_days",
                pages_per_range=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("assignment__isnull", False),
                    ("kind", "regular"),
                    ("reversed_at__isnull", True),
                ),
                expressions=[
                    ("assignment", "="),
                    (
                        models.Func(
                            "from_on",
                            "until_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="no_day_billed_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "opening"), ("reversed_at__isnull", True)),
                expressions=[
                    ("house", "="),
                    ("item", "="),
                    (
                        models.Func(
                            "from_on",
                            "until_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="no_old_day_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "regular"), ("reversed_at__isnull", True), ("share__isnull", False)
                ),
                fields=("share", "from_on"),
                name="share_billed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reversed_at__isnull", True), ("slip__isnull", False)),
                fields=("slip",),
                name="slip_billed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_on__lt", models.F("until_on"))), name="line_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="line_amount_not_negative"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="line",
            trigger=pgtrigger.compiler.Trigger(
                name="undeletable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="a431eccfefc9f183f46b7e6c52991e7d12436adf",
                    operation="DELETE",
                    pgid="pgtrigger_undeletable_3678b",
                    table="billing_line",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="line",
            trigger=pgtrigger.compiler.Trigger(
                name="a_fact_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.reversed_at IS NOT NULL OR to_jsonb(OLD) - 'reversed_at' IS DISTINCT FROM to_jsonb(NEW) - 'reversed_at')",
                    func="RAISE EXCEPTION 'line % is issued', OLD.id;",
                    hash="b4b3e4e38d5bf1b8abb404a3f0ba16bc3903bc1b",
                    operation="UPDATE",
                    pgid="pgtrigger_a_fact_stays_f658e",
                    table="billing_line",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="draftline",
            index=models.Index(fields=["part", "house", "id"], name="draft_lines_of_part"),
        ),
        migrations.AddIndex(
            model_name="draftline",
            index=models.Index(fields=["run", "item"], name="draft_lines_of_run"),
        ),
        migrations.AddIndex(
            model_name="openitem",
            index=models.Index(
                condition=models.Q(("open__gt", 0)),
                fields=["community", "house", "due_on", "line"],
                include=("payer", "open"),
                name="open_items",
            ),
        ),
        migrations.AddConstraint(
            model_name="openitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("open__gte", 0), ("open__lte", models.F("amount"))),
                name="open_within_the_amount",
            ),
        ),
    ]
