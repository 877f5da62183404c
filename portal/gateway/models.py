"""Circuit: that a host of the API does not answer."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from portal.core.leasing import Bound, Timed


class Circuit(Timed):
    """That a host of the API does not answer: nobody calls it before `open_until`.

    `host` has its port, where the API's address names one. There is no row of a host that answers.
    """

    # The longest pause, with the probe that ends it.
    LONGEST_HELD: ClassVar[timedelta] = timedelta(minutes=5, seconds=30)
    BOUNDS: ClassVar[dict[str, Bound]] = {"open_until": Bound(LONGEST_HELD, timedelta(0))}

    host = models.CharField(max_length=255, primary_key=True)
    opened_at = models.DateTimeField()
    open_until = models.DateTimeField()
    times_opened = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.host
