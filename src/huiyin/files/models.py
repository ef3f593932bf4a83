"""Bytes with a hash: photos, scans, signatures. Who may see one is decided by what it hangs on."""

from django.db import models


class StoredFile(models.Model):
    """One file, stored once under the SHA-256 of its bytes in ``HUIYIN_HOME``/files."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]
