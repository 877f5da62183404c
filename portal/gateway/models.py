"""Circuit: that a host of the API does not answer."""

from django.db import models


class Circuit(models.Model):
    """That a host of the API does not answer: nobody calls it before `open_until`.

    `host` has its port, where the API's address names one. There is no row of a host that answers.
    """

    host = models.CharField(max_length=255, primary_key=True)
    opened_at = models.DateTimeField()
    open_until = models.DateTimeField()
    times_opened = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.host
