"""What the demo's pasts have in common: who and where, days gone by, and their record."""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import models
from django.utils import timezone

from portal.audit.record import record
from portal.core import logs
from portal.core.logs import Origin
from portal.orgs.models import Membership, Organisation
from portal.sites.models import Site

BEGIN_WORK: Final = time(9)
# So long before now began what is told of today.
TODAY_BEGAN: Final = timedelta(hours=4)


@dataclass
class Past:
    """An organisation's people, by the name before the @ of their address, and its sites by id."""

    organisation: Organisation
    people: dict[str, Membership]
    sites: dict[str, Site] = field(default_factory=dict)
    now: datetime = field(default_factory=timezone.now)

    def day(self, ago: int) -> date:
        """Return the day so many days ago."""
        return timezone.localdate(self.now) - timedelta(days=ago)

    def at(self, ago: int, minutes: int = 0) -> datetime:
        """Return a time of that day, so many minutes after the work began; never ahead of now."""
        began = timezone.make_aware(datetime.combine(self.day(ago), BEGIN_WORK))
        if ago == 0:
            began = self.now - TODAY_BEGAN
        return min(began + timedelta(minutes=minutes), self.now)

    def note(
        self,
        verb: str,
        person: Membership | None,
        moment: datetime,
        subject: models.Model,
        **detail: Any,
    ) -> None:
        """Write into the record what the person did then; None: what the portal did."""
        record(
            verb,
            actor=person.user if person else None,
            acting_as=person.role if person else "",
            organisation_id=self.organisation.pk,
            subject=subject,
            moment=moment,
            **detail,
        )

    def as_if_by(self, person: Membership, do: Callable[[], object]) -> None:
        """Let something happen now in the person's name, and in their role."""

        def act() -> None:
            by = {"person": person.user_id, "organisation": self.organisation.pk}
            logs.begin(Origin("", "", "", "", **by, role=person.role))
            do()

        copy_context().run(act)


def past_of(organisation: Organisation) -> Past:
    """Return the past of an organisation whose people are there already."""
    members = organisation.memberships.select_related("user", "organisation")
    return Past(organisation, {each.user.email.partition("@")[0]: each for each in members})
