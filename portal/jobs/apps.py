"""Makes jobs known to Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The app of jobs."""

    name = "portal.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Let workers look for jobs that are overdue."""
        # Models can be imported only now.
        from portal.core import worker  # noqa: PLC0415
        from portal.jobs import overdue  # noqa: PLC0415

        worker.register(overdue.OVERDUE)
