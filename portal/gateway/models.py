"""Circuit: that a host of the API does not answer."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from portal.core.leasing import Bound, Timed
from portal.orgs.models import Organisation


class Circuit(Timed):
    """That a host of the API does not answer: nobody calls it before `open_until`.

    With an `organisation` that one alone does not. `failed_for` is whose probe failed last. `host`
    has its port, where the API's address names one. There is no row of a host that answers.
    """

    # The longest pause, with the probe that ends it.
    LONGEST_HELD: ClassVar[timedelta] = timedelta(minutes=5, seconds=30)
    BOUNDS: ClassVar[dict[str, Bound]] = {"open_until": Bound(LONGEST_HELD, timedelta(0))}

    host = models.CharField(max_length=255)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    opened_at = models.DateTimeField()
    open_until = models.DateTimeField()
    times_opened = models.PositiveIntegerField(default=1)
    failed_for = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("host", "organisation"), name="one_circuit_per_host_and_organisation"
            ),
            models.UniqueConstraint(
                fields=("host",),
                condition=models.Q(organisation=None),
                name="one_circuit_per_host_for_all",
            ),
        )

    def __str__(self) -> str:
        return self.host
