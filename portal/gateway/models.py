"""Circuit: that a host of the API does not answer; and what all work that is sent to it shares."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Bound, Leased, Timed
from portal.orgs.models import Organisation, User


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


NOW = Bound(timedelta(0), timedelta(0))


class Command(Leased):
    """A row of work that is sent to SpKey: tried, read back, and sent again where that is safe.

    `version` rises with every change that a page can show. `retry_window_start` is when it was
    asked for, later by the time in which it could not be tried. `outcome_unknown_since` is set
    from the commit of an intent until it is known what became of the send.
    """

    # What is counted from these seems younger than it is, never older.
    BOUNDS: ClassVar[Mapping[str, Bound]] = {
        "last_send_at": NOW,
        "outcome_unknown_since": NOW,
        "no_effect_seen_at": NOW,
        "retry_window_start": NOW,
    }

    problems = models.JSONField(_("problems"), default=list)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    tries = models.PositiveIntegerField(_("tries"), default=0)
    sends = models.PositiveIntegerField(_("sends"), default=0)
    last_send_at = models.DateTimeField(_("last send at"), null=True)
    outcome_unknown_since = models.DateTimeField(_("outcome unknown since"), null=True)
    no_effect_seen_at = models.DateTimeField(_("no effect seen at"), null=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested at"), null=True)
    cancel_requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("cancel requested by")
    )
    retry_window_start = models.DateTimeField(_("retry window start"), default=timezone.now)

    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta(Leased.Meta):
        abstract = True


class Call(models.Model):
    """One call to SpKey on behalf of a row of work. A send is committed before it leaves.

    `outcome` is empty from the intent's commit until the answer's: a row found like that by
    the next worker means that the request may have left and nobody knows what became of it.
    """

    number = models.PositiveIntegerField(_("number"))
    epoch = models.PositiveIntegerField(_("epoch"))
    sent = models.JSONField(_("sent"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=32, blank=True)
    http_status = models.PositiveSmallIntegerField(_("http status"), null=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration ms"), null=True)
    message = models.CharField(_("message"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        abstract = True
        ordering = ("number",)
