"""Makes jobs known to Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The app of jobs."""

    name = "portal.jobs"
    label = "jobs"
