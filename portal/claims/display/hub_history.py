"""A hub's claims, and the calls made for them, as lines of the hub's history."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from portal.claims.display import reader_wording, timeline
from portal.claims.models import Attempt, Claim, State
from portal.hubs.display.history import Event


def of_claim(claim: Claim) -> Iterator[Event]:
    """Yield a claim's beginning, and its end: how the hub is since has lines of its own."""
    url = reverse("claims:detail", args=(claim.pk,))
    who = {"person": reader_wording.claimer(claim), "site": claim.site_name}
    asked = gettext("%(person)s asked to claim it at %(site)s") % who
    yield Event(claim.created_at, "working", "scan", asked, url=url)
    if claim.finished_at is not None:
        chip = timeline.end_chip(claim)
        if claim.state == State.CLAIMED:
            ended = gettext("Claimed at %(site)s") % who
        else:
            state = {"site": who["site"], "state": chip.word}
            ended = gettext("Claim at %(site)s: %(state)s") % state
        yield Event(claim.finished_at, chip.kind, chip.icon, ended, url=url)


def of_attempt(attempt: Attempt) -> Event:
    """Return a call to SmartphoneKey."""
    parts = [
        f"HTTP {attempt.http_status}" if attempt.http_status else "",
        f"{attempt.duration_ms} ms" if attempt.duration_ms is not None else "",
        attempt.reference,
    ]
    text = " · ".join(part for part in parts if part) or gettext("no answer")
    is_send = attempt.kind == Attempt.Kind.SEND
    icon = "signal" if attempt.http_status else "no-signal"
    title = gettext("Claim sent") if is_send else gettext("Status read")
    return Event(attempt.started_at, "quiet", icon, title, text)
