"""What a device is told of a row in its tray: of a hub that was looked up, a claim, a refusal."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext

from portal.claims import tray_words
from portal.claims.display import list_item, timeline
from portal.claims.display.wording import Words
from portal.claims.models import SUCCEEDED, Claim, Reason
from portal.claims.web.forms import NOT_SAVED
from portal.hubs import status
from portal.hubs.labels import parse
from portal.hubs.models import Hub
from portal.sites.models import Site

HERE, ELSEWHERE = "here", "elsewhere"
# Seconds until the device asks again where nothing is going to change soon.
SLOW = 15
A_WHILE = timedelta(minutes=2)

type Names = Mapping[str, str]
"""Of an organisation's sites: SpKey's id → what people call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """How a row stands. `settled`: there is nothing more to ask for now.

    `text` stands in for that of the words where it says more.
    """

    words: Words
    text: str = ""
    hub_id: str = ""
    claim_id: str = ""
    meta: str = ""
    url: str = ""
    can_claim: bool = False
    place: str = ""
    settled: bool = True
    poll_in: int = 0
    deeds: tuple[str, ...] = ()
    reference: str = ""

    def as_json(self, row: uuid.UUID) -> dict[str, Any]:
        """Return what goes to the device for this row, in the language of this moment.

        `seen` is made of all the rest: the same value, the same news.
        """
        told = {"id": str(row), **self.told()}
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        return told | {"seen": digest.hexdigest()[:16]}

    def told(self) -> dict[str, Any]:
        """Return what is told of any row that stands so, in the language of this moment."""
        chip = self.words.chip
        return {
            "hubId": self.hub_id,
            "claimId": self.claim_id,
            "kind": chip.kind,
            "icon": chip.icon,
            "word": str(chip.word),
            "title": str(self.words.title),
            "text": self.text or str(self.words.text),
            "meta": self.meta,
            "url": self.url,
            "canClaim": self.can_claim,
            "place": self.place,
            "settled": self.settled,
            "pollIn": self.poll_in,
            "deeds": list(self.deeds),
            "reference": self.reference,
        }


def of_hub(hub: Hub, site: Site | None, names: Names, trouble: Words | None) -> News:
    """Return what is known of a hub that somebody may claim at the site (None: not picked yet).

    `trouble` is what keeps hubs from being looked up just now; it is told of those of which
    nothing is known.
    """
    news = _unknown(hub, trouble) if is_unknown(hub) else _known(hub, site, names)
    settled = is_looked_up(hub)
    return replace(
        news,
        hub_id=str(hub.hub_id),
        meta=list_item.meta(hub),
        settled=settled,
        poll_in=0 if settled else SLOW if trouble else _pace(hub),
    )


def is_unknown(hub: Hub) -> bool:
    """Whether SpKey has never said anything of the hub."""
    return hub.binding == Hub.Binding.UNKNOWN


def is_looked_up(hub: Hub) -> bool:
    """Whether the hub was read so lately that nobody needs to ask again."""
    read_at = hub.read_at
    return read_at is not None and timezone.now() - read_at < timeline.FRESH_IN_LISTS


def _pace(hub: Hub) -> int:
    """Return the seconds between two questions: quick at first, slower with age."""
    if hub.read_at is not None:
        return 2
    age = (timezone.now() - hub.created_at).total_seconds()
    if age < 10:
        return 1
    return 2 if age < 70 else 5


def _unknown(hub: Hub, trouble: Words | None) -> News:
    # A hub that nobody has read is due in the future only after somebody tried.
    due = hub.due_at
    was_asked = due is not None and due > timezone.now()
    lookup = tray_words.NO_ANSWER if was_asked else tray_words.LOOKING
    return News(words=trouble or lookup, can_claim=True)


def _known(hub: Hub, site: Site | None, names: Names) -> News:
    """Judge a hub as `decide.after_read` would judge its claim."""
    if hub.binding == Hub.Binding.MISSING:
        return News(words=tray_words.MISSING)
    if hub.binding == Hub.Binding.OTHER:
        return News(words=tray_words.SOMEBODY_ELSES)
    if hub.status == status.PROVISIONED:
        offline = hub.online is False
        words = tray_words.READY_OFFLINE if offline else tray_words.READY
        return News(words=words, can_claim=True)
    if hub.binding == Hub.Binding.OURS and not _is_at(hub, site):
        return _at_another_site(hub, site, names)
    if hub.status == status.SUSPENDED:
        return News(words=tray_words.SUSPENDED)
    if hub.status == status.DECOMMISSIONED:
        return News(words=tray_words.DECOMMISSIONED)
    if hub.binding == Hub.Binding.OURS:
        return News(words=tray_words.HERE, place=HERE)
    return News(words=tray_words.NO_ANSWER, can_claim=True)


def _is_at(hub: Hub, site: Site | None) -> bool:
    return site is not None and hub.spkey_site_id == site.spkey_site_id


def _at_another_site(hub: Hub, site: Site | None, names: Names) -> News:
    words = tray_words.YOURS if site is None else tray_words.ELSEWHERE
    return News(words=words, text=_where(hub, names, words), place=ELSEWHERE)


def _where(hub: Hub, names: Names, words: Words) -> str:
    at = names.get(hub.spkey_site_id, hub.spkey_site_id)
    has_it = gettext("SmartphoneKey has it at %(elsewhere)s.") % {"elsewhere": at}
    return f"{has_it} {words.text}"


def of_claim(claim: Claim, names: Names) -> News:
    """Return how the claim stands."""
    now = _said(claim)
    settled = timeline.is_settled(claim)
    return News(
        words=now,
        text=_more(claim, now, names),
        hub_id=claim.hub_id_text,
        claim_id=str(claim.pk),
        meta=list_item.meta(claim.hub),
        url=url_of(claim),
        place=_place(claim),
        settled=settled,
        poll_in=0 if settled else timeline.pace(claim),
        deeds=deeds_of(claim),
        reference=list_item.reference(claim),
    )


def url_of(claim: Claim) -> str:
    """Return the address of the claim's page."""
    return reverse("claims:detail", args=(claim.pk,))


def deeds_of(claim: Claim) -> tuple[str, ...]:
    """Return what a member who may claim can do to the claim. To support's claim: nothing."""
    if claim.by_support:
        return ()
    can = {
        "try_now": timeline.can_try_now(claim),
        "stop": timeline.can_stop(claim),
        "again": timeline.can_retry(claim),
    }
    return tuple(deed for deed, may in can.items() if may)


def _said(claim: Claim) -> Words:
    """Return the words for the claim; what was found out after its end, where there is such."""
    if claim.late_effect_at is None and not timeline.is_lost(claim):
        return replace(timeline.present(claim), chip=timeline.chip(claim))
    found = timeline.steps(claim)[-1]
    return Words(timeline.chip(claim), found.title, found.text)


def _more(claim: Claim, now: Words, names: Names) -> str:
    """Return the words' text with what is particular to this claim."""
    if claim.reason == Reason.ANOTHER_SITE:
        return _where(claim.hub, names, now)
    said = [str(now.text), *(f"{field}: {message}" for field, message in claim.problems)]
    at = timeline.next_try(claim)
    # Sooner than that, it is over before the minute that would be named.
    if at and at - timezone.now() > A_WHILE:
        time = time_format(timezone.localtime(at), "H:i")
        said.append(gettext("Next look at %(time)s.") % {"time": time})
    return " ".join(said)


def _place(claim: Claim) -> str:
    if claim.state in SUCCEEDED:
        return "" if timeline.is_lost(claim) else HERE
    return ELSEWHERE if claim.reason == Reason.ANOTHER_SITE else ""


def claimed_elsewhere(claim: Claim) -> News:
    """Say that this claim, of the same organisation, has the hub at another site."""
    if claim.is_final:
        said = gettext(
            "This hub was just claimed at %(site)s, by %(person)s. A hub can be at one site only."
        )
    else:
        said = gettext("This hub is being claimed at %(site)s, by %(person)s.")
    return News(
        words=tray_words.ELSEWHERE,
        text=said % {"site": claim.site_name, "person": claim.submitted_by.display_name},
        hub_id=claim.hub_id_text,
        url=url_of(claim),
        place=ELSEWHERE,
    )


def no_label(problem: parse.LabelProblem) -> News:
    """Refuse a text that holds no hub id, and tell what was read."""
    said = problem.sentence
    if problem.read:
        said = f"{said} {gettext('We read “%(text)s”.') % {'text': problem.read}}"
    chip = tray_words.NO_LABEL_CHIP
    return News(words=Words(chip, chip.word, said))


def no_site(hub_id: uuid.UUID) -> News:
    """Refuse to claim at a site that takes no claims, or was never there."""
    return News(words=tray_words.NO_SITE, hub_id=str(hub_id))


def no_claim() -> News:
    """Refuse to tell of a claim that is not there, or not for this person."""
    return News(words=tray_words.NO_CLAIM)


def refused(sentence: str) -> News:
    """Say why rows are not taken from this person; the device asks again in a while."""
    return News(words=Words(tray_words.REFUSED_CHIP, "", sentence), settled=False)


def not_taken() -> News:
    """Say that something unforeseen kept the row from being taken; the device sends it again."""
    chip = tray_words.NOT_TAKEN_CHIP
    words = Words(chip, chip.word, NOT_SAVED)
    return News(words=words, can_claim=True, settled=False, poll_in=2 * SLOW)
