"""Tables of words (建议词表): each edit is a version with its author, reason and moment."""

from typing import ClassVar

import pgtrigger
from django.db import models

from huiyin.estate.models import Community
from huiyin.staff.models import Employee


class TableVersion(models.Model):
    """The table of a community as somebody wrote it; never changed, only followed by another.

    Until a community has one, the table shipped in ``table.toml`` counts.
    """

    community = models.ForeignKey(Community, on_delete=models.CASCADE, db_index=False)
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "number"], name="one_table_version_per_number"
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.community_id} v{self.number}"
