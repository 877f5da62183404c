"""Claims that wait for an administrator, by whose they are: in one line, with one answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import ngettext

from portal.claims.models import Claim
from portal.jobs.display import wording
from portal.jobs.models import Job
from portal.jobs.models.jobs import State

MOST_TAILS: Final = 6


@dataclass(slots=True)
class Waiting:
    """Some claims of one person at one site, of one job or none, released by one or nobody."""

    claims: list[Claim] = field(default_factory=list)

    @property
    def job(self) -> Job | None:
        """The job that they are counted for."""
        return self.claims[0].job

    @property
    def tails(self) -> str:
        """The ends of some of the hubs' ids."""
        ends = [f"…{claim.hub_id_text[-4:].upper()}" for claim in self.claims[:MOST_TAILS]]
        return " ".join(ends + ["…"] * (len(self.claims) > MOST_TAILS))

    @property
    def title(self) -> str:
        """How many wait, and why."""
        first, number = self.claims[0], len(self.claims)
        words = {
            "number": number,
            "person": first.submitted_by.display_name,
            "site": first.site_name,
            "day": wording.day(first.job.ends_on) if first.job else "",
        }
        if first.released_by is not None:
            return _released(number) % {**words, "admin": first.released_by.display_name}
        return _sentence(first.job, number) % words


def by_person(claims: Iterable[Claim]) -> list[Waiting]:
    """Return the claims together that wait for one reason, in their order."""
    groups: dict[Any, Waiting] = {}
    for claim in claims:
        key = (claim.submitted_by_id, claim.spkey_site_id, claim.job_id, claim.released_by_id)
        groups.setdefault(key, Waiting()).claims.append(claim)
    return list(groups.values())


def _released(number: int) -> str:
    """Say that whoever released them has lost the right since: theirs is the one that counts."""
    return ngettext(
        "%(number)d hub waits: %(admin)s released it for %(person)s "
        "and may not claim at %(site)s any more",
        "%(number)d hubs wait: %(admin)s released them for %(person)s "
        "and may not claim at %(site)s any more",
        number,
    )


def _sentence(job: Job | None, number: int) -> str:
    if job is not None and job.state in {State.COMPLETE, State.CANCELLED}:
        return ngettext(
            "%(number)d hub waits: %(person)s’s job at %(site)s is over",
            "%(number)d hubs wait: %(person)s’s job at %(site)s is over",
            number,
        )
    if job is not None and job.ends_on + Job.GRACE < timezone.localdate():
        return ngettext(
            "%(number)d hub waits: %(person)s’s job at %(site)s ended on %(day)s",
            "%(number)d hubs wait: %(person)s’s job at %(site)s ended on %(day)s",
            number,
        )
    return ngettext(
        "%(number)d hub waits: %(person)s may not claim at %(site)s any more",
        "%(number)d hubs wait: %(person)s may not claim at %(site)s any more",
        number,
    )
