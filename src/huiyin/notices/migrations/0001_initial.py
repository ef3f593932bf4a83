import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("estate", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("purpose", models.CharField(max_length=80)),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("fence", models.BigIntegerField(null=True)),
                ("about", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True, default="")),
                ("urgent", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("superseded", "Superseded"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="estate.community"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="staff.employee",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["-urgent", "id"],
                        name="message_queued",
                    ),
                    models.Index(fields=["about", "id"], name="message_about"),
                    models.Index(
                        condition=models.Q(("channel", "in_app")),
                        fields=["recipient", "-id"],
                        name="message_inbox",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purpose", "recipient", "channel", "epoch"), name="sent_once"
                    )
                ],
            },
        ),
    ]
