"""Reports that were waiting for the company before there were approvals get a request of their own.

They go to the company at once, as they would have: nobody at the site has to decide on them.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STEPS = [["company_service", "general_manager"]]


def ask(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Ask for every submitted report what its writer asked."""
    reports = apps.get_model("incidents", "IncidentReport").objects.filter(state="submitted")
    requests = apps.get_model("approvals", "Request").objects
    for report in reports.select_related("matter").iterator():
        requests.get_or_create(
            kind="incident_report",
            subject=f"matter:{report.matter.number}",
            state="waiting",
            defaults={
                "community_id": report.matter.community_id,
                "title": f"{report.matter.number} 突发事件处理表",
                "steps": STEPS,
                "asked_at": report.written_at,
                "asked_by_id": report.written_by_id,
            },
        )


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("incidents", "0002_plans_and_help"),
    ]

    operations = [migrations.RunPython(ask, migrations.RunPython.noop, elidable=True)]
