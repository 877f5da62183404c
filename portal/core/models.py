"""What the worker says of itself."""

from datetime import timedelta

from django.db import models
from django.utils import timezone


class Heartbeat(models.Model):
    """A worker's sign of life."""

    SILENT = timedelta(seconds=60)

    name = models.CharField(max_length=120, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def is_heard(cls) -> bool:
        """Whether some worker has given a sign of life just now."""
        return cls._default_manager.filter(beat_at__gt=timezone.now() - cls.SILENT).exists()
