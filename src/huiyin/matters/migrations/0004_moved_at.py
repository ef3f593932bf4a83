from django.db import migrations, models

SINCE_THE_LAST_ACT = """
UPDATE matters_matter AS m
   SET moved_at = coalesce((SELECT max(e.at) FROM matters_event e
                             WHERE e.matter_id = m.id AND e.by_id IS NOT NULL), m.received_at)
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_desk_and_field")]

    operations = [
        migrations.AddField(
            model_name="matter", name="moved_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunSQL(SINCE_THE_LAST_ACT, migrations.RunSQL.noop),
        migrations.AlterField(model_name="matter", name="moved_at", field=models.DateTimeField()),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                fields=["community", "nearest_due_at", "id"],
                name="matter_unassigned",
                condition=models.Q(state__in=["received", "reopened"]),
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                fields=["community", "moved_at", "id"],
                name="matter_stalled",
                condition=models.Q(state__in=["assigned", "accepted", "on_site"]),
            ),
        ),
    ]
