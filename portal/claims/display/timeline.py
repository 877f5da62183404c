"""A claim's story for its page: what happened, what is going on, what comes next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims import permissions
from portal.claims.display import reader_wording, wording
from portal.claims.display.wording import Words
from portal.claims.engine import actions, timing
from portal.claims.models import ACTIVE, SUCCEEDED, Claim, Reason, State
from portal.core.ui import Chip, Text
from portal.hubs.display import action_wording
from portal.hubs.models import Hub
from portal.orgs.models import User

# After this long a claimed hub that has not appeared is no longer about to.
EXPECT_ONLINE = timedelta(hours=2)
# A reading tells what is so now for a minute on the page, which asks for another.
FRESH = timedelta(seconds=60)
# So long a claim that is due is about to be tried; then nothing says that it will be soon.
TRIED_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline: `kind` is past, present, next or stop; `tone` only colours it.

    The tones are the kinds of chips.
    """

    kind: str
    tone: str
    icon: str
    title: Text
    text: Text = ""
    at: datetime | None = None


WAITING_FOR_HUB = Step(
    "present",
    "working",
    "clock",
    _("Waiting for the hub"),
    _("Not online yet. Is it powered, and is the network cable in? We keep looking."),
)
NOT_ONLINE_NOW = _("It is not online now. Check its power and network cable. We keep looking.")
NOT_ONLINE_YET = _(
    "It has not come online yet. Check its power and network cable. We keep looking."
)
LOOKING = _("Looking for the hub again")
WAS_ONLINE = _("It was online when we looked last.")
WAS_NOT_ONLINE = _("It was not online when we looked last.")


def is_settled(claim: Claim) -> bool:
    """Whether nothing more is going to change on the page by itself.

    What was read of a claimed hub before the page was opened settles nothing.
    """
    if claim.state in SUCCEEDED:
        return (bool(claim.hub.online) or is_lost(claim)) and is_fresh(claim)
    return claim.is_final


def is_fresh(claim: Claim) -> bool:
    """Whether the last reading of the hub tells what is so now."""
    read_at = claim.hub.read_at
    return read_at is not None and timezone.now() - read_at < FRESH


def chip(claim: Claim, *, for_support: bool = False) -> Chip:
    """Return the claim's state at a glance: of a hub that is ours, how it was when read last.

    It is "Claimed" until it is online for the first time, and never again. `for_support`: an agent
    reads it, whose hub it never was.
    """
    if is_lost(claim):
        return (reader_wording.no_longer_theirs() if for_support else wording.NO_LONGER_YOURS).chip
    if claim.late_effect_at is not None:
        return wording.CLAIMED_LATER
    if is_stopping(claim):
        return wording.STOPPING.chip
    if is_online(claim):
        return wording.ONLINE
    if went_offline(claim):
        return wording.OFFLINE
    return wording.NOT_KNOWN if was_online(claim) else _words(claim).chip


def end_chip(claim: Claim) -> Chip:
    """Return how the claim ended, whatever its hub is like since."""
    return _words(claim).chip if claim.state in SUCCEEDED else chip(claim)


def is_online(claim: Claim) -> bool:
    """Whether the hub of a claim that succeeded was online when it was read last."""
    return claim.state in SUCCEEDED and not is_lost(claim) and bool(claim.hub.online)


def went_offline(claim: Claim) -> bool:
    """Whether the hub of a claim that succeeded is offline, and not just about to come online."""
    if claim.state not in SUCCEEDED or is_lost(claim) or claim.hub.online is not False:
        return False
    return was_online(claim) or _is_overdue(claim)


def was_online(claim: Claim) -> bool:
    """Whether the hub of a claim that succeeded has been online since it was claimed.

    SpKey has said so, be it by the reading from which the claim began, or of a time after its end.
    """
    if claim.state not in SUCCEEDED or is_lost(claim):
        return False
    hub, began, ended = claim.hub, claim.created_at - timing.FRESH_READ, claim.finished_at
    was_read = hub.online_at is not None and hub.online_at >= began
    return was_read or (hub.last_seen is not None and ended is not None and hub.last_seen >= ended)


def is_stopping(claim: Claim) -> bool:
    """Whether somebody asked to stop, and a send whose outcome is open keeps the claim going."""
    return claim.cancel_requested_at is not None and claim.state in ACTIVE


def _words(
    claim: Claim,
    reader: User | None = None,
    *,
    for_admin: bool = False,
    for_support: bool = False,
) -> Words:
    """Return the words for the claim's state: of support's claim, those that name support.

    `reader` matters where the person who made it can do what others cannot: None is that person.
    `for_admin`: they are an administrator, who is told where to put it right. `for_support`: an
    agent of the support that made the claim.
    """
    if for_support and claim.by_support:
        return reader_wording.for_agent(claim.state, claim.reason)
    of_support = (
        reader_wording.support_words(claim.state, claim.reason) if claim.by_support else None
    )
    if of_support:
        return of_support
    claimant = permissions.claimant(claim)
    is_of_other = (reader or claim.submitted_by).pk != claimant.pk
    if is_of_other and claim.reason == Reason.ADDRESS_UNCONFIRMED:
        return reader_wording.address_unconfirmed(claimant.display_name)
    if is_of_other and (claim.state, claim.reason) == (State.BLOCKED, Reason.RIGHT_GONE):
        return _without_right(claim, reader, for_admin=for_admin)
    if for_admin:
        return reader_wording.for_administrator(claim.state, claim.reason, claimant.display_name)
    if is_of_other and claim.reason == Reason.NO_USER:
        return reader_wording.unknown_to_spkey(claimant.display_name)
    return wording.words(claim.state, claim.reason)


def _without_right(claim: Claim, reader: User | None, *, for_admin: bool) -> Words:
    if claim.released_by is None:
        return reader_wording.without_right(claim.submitted_by.display_name, for_admin=for_admin)
    is_own = reader is None or reader.pk == claim.submitted_by_id
    name = claim.released_by.display_name
    return reader_wording.without_releasers_right(name, is_own=is_own, for_admin=for_admin)


def waits_for_address_of(claim: Claim, reader: User) -> bool:
    """Whether the claim waits until this very person has confirmed their e-mail address."""
    is_theirs = permissions.claimant(claim).pk == reader.pk
    return claim.reason == Reason.ADDRESS_UNCONFIRMED and is_theirs


def present(
    claim: Claim,
    reader: User | None = None,
    *,
    for_admin: bool = False,
    for_support: bool = False,
) -> Words:
    """Return the words for where the claim is now; without a `reader`, for who made it.

    `for_admin`: the reader is an administrator of the organisation. `for_support`: an agent of the
    support that made the claim.
    """
    if claim.state == State.QUEUED and claim.contacted_at is not None:
        return wording.CONTACTING
    if claim.reason == Reason.INVALID and not claim.problems and not for_support:
        if for_admin and not claim.by_support:
            return reader_wording.nothing_listed(permissions.claimant(claim).display_name)
        return wording.NOTHING_LISTED
    if (other := _stopped_by_other(claim, reader)) is not None:
        return reader_wording.stopped_by(other.display_name, for_admin=for_admin)
    if is_stopping(claim):
        return wording.STOPPING
    said = _words(claim, reader, for_admin=for_admin, for_support=for_support)
    why_not = _out_of_use(claim, for_support=for_support and claim.by_support)
    return replace(said, text=why_not) if why_not else said


def _out_of_use(claim: Claim, *, for_support: bool) -> Text:
    """Return why a hub that was found at another site cannot be moved from there, "" if it can."""
    if claim.reason != Reason.ANOTHER_SITE or claim.hub.binding != Hub.Binding.OURS:
        return ""
    if for_support:
        return action_wording.hindrance_for_support(claim.hub.status)
    return action_wording.hindrance(claim.hub)


def _stopped_by_other(claim: Claim, reader: User | None) -> User | None:
    """Return who cancelled somebody else's claim, such as an administrator who rejected it.

    Support's people are named to nobody else, and the one who did it reads the plain words.
    """
    if claim.state != State.CANCELLED or claim.reason or claim.by_support:
        return None
    own = {claim.submitted_by_id, reader.pk if reader else claim.submitted_by_id}
    return None if claim.cancel_requested_by_id in own else claim.cancel_requested_by


def steps(
    claim: Claim,
    reader: User | None = None,
    *,
    for_support: bool = False,
    for_admin: bool = False,
    is_access_over: bool = False,
) -> list[Step]:
    """Return the timeline, oldest first; without a `reader`, for who made the claim.

    `is_access_over`: the reader is an agent who may see no more of the hub.
    """
    by = reader_wording.claimer(claim, for_support=for_support)
    story = [
        Step(
            "past",
            "good",
            "check",
            _("Received"),
            gettext("By %(person)s") % {"person": by},
            claim.created_at,
        )
    ]
    if claim.released_by is not None:
        who = gettext("By %(person)s") % {"person": claim.released_by.display_name}
        story.append(Step("past", "good", "check", _("Released"), who))
    if claim.state in SUCCEEDED:
        story.append(_claimed(claim))
        return story if is_access_over else [*story, _since(claim, for_support=for_support)]
    now = present(claim, reader, for_admin=for_admin, for_support=for_support)
    if claim.late_effect_at is not None:
        ended = Step("past", "good", now.chip.icon, now.title, at=claim.finished_at)
        found = wording.claimed_later(claim.site_name)
        return [*story, ended, _step("present", found, claim.late_effect_at)]
    if claim.is_final:
        return [*story, _step("stop", now, claim.finished_at)]
    if claim.sends and claim.state != State.SENDING:
        sent = Step("past", "good", "check", _("Sent to SmartphoneKey"), at=claim.last_send_at)
        story.append(sent)
    story.append(_step("present", now, claim.changed_at))
    if is_stopping(claim):
        return story
    return [
        *story,
        Step("next", "quiet", "check", gettext("Claimed at %(site)s") % {"site": claim.site_name}),
        Step("next", "quiet", "check", wording.ONLINE.word),
    ]


def _step(kind: str, now: Words, at: datetime | None) -> Step:
    return Step(kind, now.chip.kind, now.chip.icon, now.title, now.text, at)


def _claimed(claim: Claim) -> Step:
    where = f"{claim.organisation.name} · {claim.site_name}"
    title, at = _words(claim).title, claim.claimed_at or claim.finished_at
    return Step("past", "good", "check", title, where, at)


def _since(claim: Claim, *, for_support: bool) -> Step:
    """Return how the hub is that was claimed."""
    if for_support and is_lost(claim):
        since = None if is_fresh(claim) else claim.hub.read_at
        return _step("stop", reader_wording.no_longer_theirs(), since)
    return _online_now(claim) if is_fresh(claim) else _online_then(claim)


def is_lost(claim: Claim) -> bool:
    """Whether SpKey, asked since the claim, no longer has the hub as the organisation's."""
    hub = claim.hub
    if claim.state not in SUCCEEDED or hub.read_at is None or claim.finished_at is None:
        return False
    return hub.read_at > claim.finished_at and hub.binding != Hub.Binding.OURS


def _online_now(claim: Claim) -> Step:
    hub = claim.hub
    if is_lost(claim):
        return _step("stop", wording.NO_LONGER_YOURS, None)
    if hub.online:
        return Step("present", "good", "check", wording.ONLINE.word, _facts(claim), hub.last_seen)
    if was_online(claim) and hub.online is None:
        return Step("present", "working", "clock", LOOKING)
    if not was_online(claim) and not _is_overdue(claim):
        return WAITING_FOR_HUB
    text = NOT_ONLINE_NOW if hub.last_seen or hub.online_at else NOT_ONLINE_YET
    return Step("stop", "attention", "offline", _("Not online"), text)


def _online_then(claim: Claim) -> Step:
    """Say what was read long ago, and that it was."""
    hub = claim.hub
    if is_lost(claim):
        return _step("stop", wording.NO_LONGER_YOURS, hub.read_at)
    if not hub.online and not was_online(claim) and not _is_overdue(claim):
        return WAITING_FOR_HUB
    if hub.read_at is None or (was_online(claim) and hub.online is None):
        return Step("present", "working", "clock", LOOKING)
    text = WAS_ONLINE if hub.online else WAS_NOT_ONLINE
    return Step("present", "working", "clock", LOOKING, text, hub.read_at)


def _is_overdue(claim: Claim) -> bool:
    return timezone.now() - (claim.finished_at or claim.created_at) > EXPECT_ONLINE


def _facts(claim: Claim) -> str:
    hub = claim.hub
    firmware = gettext("Firmware %(version)s") % {"version": hub.firmware} if hub.firmware else ""
    parts = [firmware, _uptime(hub.uptime_seconds)]
    return " · ".join(part for part in parts if part)


def _uptime(seconds: int | None) -> str:
    if seconds is None:
        return ""
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    amounts = {"days": days, "hours": hours, "minutes": minutes}
    if days:
        return gettext("running for %(days)d d %(hours)d h") % amounts
    if hours:
        return gettext("running for %(hours)d h %(minutes)d min") % amounts
    if minutes:
        return gettext("running for %(minutes)d min") % amounts
    return gettext("just started")


def retry_helps(claim: Claim) -> bool:
    """Whether to try again is what comes next: else somebody has to put something right first."""
    return claim.state in {State.EXPIRED, State.CANCELLED} and claim.reason != Reason.RIGHT_GONE


def next_try(claim: Claim) -> datetime | None:
    """Return when the claim is looked at again, where that is worth telling."""
    if claim.state in {State.WAITING, State.VERIFYING, State.REVIEW}:
        return claim.due_at
    return None


def tried_just_now(claim: Claim) -> str:
    """Say when the claim was tried, where that is why asking does not try it at once; else ""."""
    is_in_the_way = actions.can_try_now(claim) and actions.was_tried_just_now(claim)
    if not is_in_the_way or claim.contacted_at is None:
        return ""
    time = time_format(timezone.localtime(claim.contacted_at), "H:i")
    return gettext("Tried %(time)s. It can be tried again in a few seconds.") % {"time": time}


_STILL: dict[str, Text] = {
    Reason.OFFLINE: _("still offline"),
    Reason.UNREACHABLE: _("no answer from SmartphoneKey"),
    Reason.RATE: _("SmartphoneKey was busy"),
    Reason.BUSY: _("SmartphoneKey is still working on it"),
    Reason.KEY_DOUBTED: _("the access is still being checked"),
    Reason.NO_USER: _("SmartphoneKey still does not know who claims"),
    Reason.ADDRESS_UNCONFIRMED: _("the address is still not confirmed"),
}


def is_being_tried(claim: Claim) -> bool:
    """Whether a claim that waits is being tried at this moment, or is about to be."""
    due_for = _due_for(claim)
    is_about_to_be = due_for is not None and due_for < TRIED_WITHIN
    return actions.can_try_now(claim) and (_is_leased(claim) or is_about_to_be)


def _is_left(claim: Claim) -> bool:
    """Whether a claim that waits was to be tried a while ago, and no worker has got to it."""
    due_for = _due_for(claim)
    return not _is_leased(claim) and due_for is not None and due_for >= TRIED_WITHIN


def _is_leased(claim: Claim) -> bool:
    return claim.lease_until is not None and claim.lease_until > timezone.now()


def _due_for(claim: Claim) -> timedelta | None:
    """Return for how long the claim has been due, None where it is not."""
    now = timezone.now()
    return now - claim.due_at if claim.due_at is not None and claim.due_at <= now else None


def tried(claim: Claim) -> str:
    """Say when a claim that waits was tried last, and what came of it; "" while it is tried."""
    if claim.contacted_at is None or not actions.can_try_now(claim) or is_being_tried(claim):
        return ""
    if _is_left(claim):
        return gettext("The portal has not got to it yet. It is tried as soon as that can be.")
    time = time_format(timezone.localtime(claim.contacted_at), "H:i")
    return gettext("Tried %(time)s: %(still)s.") % {"time": time, "still": _still(claim)}


def _still(claim: Claim) -> str:
    """Say what came of the last try: of one that did not get to the hub, what was in the way."""
    if claim.held_up_by:
        in_the_way = str(_STILL[claim.held_up_by])
        is_offline = claim.reason == Reason.OFFLINE
        return f"{in_the_way}; {gettext('last known offline')}" if is_offline else in_the_way
    if claim.reason in _STILL:
        return str(_STILL[claim.reason])
    is_sent = claim.outcome_unknown_since is not None
    return gettext("sent, and not confirmed yet") if is_sent else gettext("not claimed yet")


def gives_up_at(claim: Claim) -> datetime | None:
    """Return until when the portal keeps trying, of a claim that waits."""
    return claim.retry_window_start + timing.MAX_AGE if claim.state == State.WAITING else None


def pace(claim: Claim) -> int:
    """Return the seconds between two polls: quick while things move, slower with age."""
    since = claim.finished_at or claim.created_at
    age = (timezone.now() - since).total_seconds()
    if age < 10:
        return 1
    return 2 if age < 70 else 5
