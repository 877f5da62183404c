"""What a device is told of a row in its tray: of a hub that was looked up, a claim, a refusal."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext

from portal.claims import telling
from portal.claims.display import answer_wording, list_item, timeline
from portal.claims.display.answer_wording import claimed_elsewhere, known_at, problem
from portal.claims.display.wording import Words
from portal.claims.engine import decide
from portal.claims.models import SUCCEEDED, Claim, Reason, State
from portal.claims.telling import Telling
from portal.hubs.display import action_wording, label_wording
from portal.hubs.models import Hub
from portal.jobs.models.jobs import State as JobState
from portal.moves import asking
from portal.moves.display import wording as moves_wording
from portal.moves.models import MoveRequest
from portal.sites.models import Site
from portal.tray import jobs, results, sync
from portal.tray.display import wording
from portal.tray.results import Lookup, Move, Result
from portal.tray.schema import Action, News, Outcome, Row

# Seconds until the device asks again where nothing is going to change soon.
SLOW: Final = 15
A_WHILE: Final = timedelta(minutes=2)

BY_STATE: Final[dict[str, Outcome]] = {
    State.QUEUED: Outcome.UNDER_WAY,
    State.SENDING: Outcome.UNDER_WAY,
    State.VERIFYING: Outcome.UNDER_WAY,
    State.WAITING: Outcome.UNDER_WAY,
    State.BLOCKED: Outcome.HELD_UP,
    State.REVIEW: Outcome.HELD_UP,
    State.CLAIMED: Outcome.CLAIMED,
    State.ALREADY_YOURS: Outcome.HERE,
    State.CONFLICT: Outcome.REFUSED,
    State.NOT_FOUND: Outcome.REFUSED,
    State.REJECTED: Outcome.REFUSED,
    State.EXPIRED: Outcome.FAILED,
    State.CANCELLED: Outcome.CANCELLED,
}
BY_REASON: Final[dict[tuple[str, str], Outcome]] = {
    (State.VERIFYING, Reason.OFFLINE): Outcome.HELD_UP,
    (State.WAITING, Reason.OFFLINE): Outcome.HELD_UP,
    (State.WAITING, Reason.UNREACHABLE): Outcome.HELD_UP,
    (State.CONFLICT, Reason.ANOTHER_SITE): Outcome.ELSEWHERE,
}


def unseen(asked: Sequence[Row], became: Sequence[Result]) -> Iterator[News]:
    """Yield what the device has not been told of its rows yet."""
    for row, result in zip(asked, became, strict=True):
        taken = sync.guarded(row, of, result)
        news = (of(taken) if isinstance(taken, results.NotTaken) else taken).to(row)
        if news.seen != row.seen:
            yield news


def of(result: Result) -> News:
    """Return the state of a row from what came of it."""
    match result:
        case results.Lookup():
            return _of_lookup(result)
        case results.Followed():
            return _of_claim(result)
        case results.ClaimedElsewhere(claim):
            return _of_other_claim(claim)
        case results.NoLabel(problem):
            return _news(Outcome.REFUSED, wording.no_label(label_wording.explanation(problem)))
        case results.NoSite(hub_id):
            return replace(_news(Outcome.REFUSED, wording.NO_SITE), hub_id=hub_id)
        case results.NoJob(hub_id):
            news = _news(Outcome.FORBIDDEN, wording.NO_JOB)
            return replace(news, hub_id=hub_id, settled=False, poll_in=2 * SLOW)
        case results.NoClaim():
            return _news(Outcome.REFUSED, wording.NO_CLAIM)
        case results.NoAccess() | results.NoReason() | results.NamesAnother() | results.NoFactor():
            return _of_agent(result)
        case results.AlreadyClaiming():
            return _news(Outcome.REFUSED, wording.CLAIMED_BY_THEM)
        case results.TooMany(seconds):
            news = _news(Outcome.FORBIDDEN, wording.BRAKED)
            return replace(news, settled=False, poll_in=seconds)
        case results.NotTaken():
            news = _news(Outcome.NOT_TAKEN, wording.NOT_TAKEN)
            return replace(news, can_claim=True, settled=False, poll_in=2 * SLOW)


def _of_agent(
    result: results.NoAccess | results.NoReason | results.NamesAnother | results.NoFactor,
) -> News:
    """Say why an agent's row is not taken: for good, until they say why, or until they confirm."""
    match result:
        case results.NoAccess(why):
            return _news(Outcome.REFUSED, wording.no_access(why))
        case results.NoReason():
            return replace(_news(Outcome.UNKNOWN, wording.NO_REASON_WORDS), can_claim=True)
        case results.NamesAnother():
            return replace(_news(Outcome.UNKNOWN, wording.NAMES_ANOTHER), can_claim=True)
    news = _news(Outcome.FORBIDDEN, wording.NO_FACTOR)
    return replace(news, settled=False, poll_in=2 * SLOW)


def refused(sentence: str) -> News:
    """Say why rows are not taken from this person; the device asks again in a while."""
    return replace(_news(Outcome.FORBIDDEN, wording.refused(sentence)), settled=False)


def outcome_of(claim: Claim) -> Outcome:
    """Return what has become of a claim."""
    if timeline.is_lost(claim):
        return Outcome.LOST
    if claim.late_effect_at is not None:
        return Outcome.TOOK_EFFECT
    if timeline.is_stopping(claim):
        return Outcome.UNDER_WAY
    return outcome_of_state(claim.state, claim.reason)


def outcome_of_state(state: str, reason: str) -> Outcome:
    """Return what has become of a claim in this state, for this reason."""
    return BY_REASON.get((state, reason)) or BY_STATE[state]


def _news(outcome: Outcome, words: Words, text: str = "") -> News:
    """Return news in these words; `text` replaces theirs where it says more."""
    chip = words.chip
    return News(
        outcome=outcome,
        kind=chip.kind,
        icon=chip.icon,
        word=str(chip.word),
        title=str(words.title),
        text=text or str(words.text),
    )


def _of_lookup(lookup: Lookup) -> News:
    """Return what is known of a hub that somebody may claim."""
    hub, settled = lookup.hub, sync.is_looked_up(lookup.hub)
    waits = settled and lookup.request is not None and not lookup.request.is_final
    return replace(
        _unknown(lookup) if hub.binding == Hub.Binding.UNKNOWN else _known(lookup),
        hub_id=hub.hub_id,
        meta=list_item.meta(hub),
        settled=settled and not waits,
        poll_in=SLOW if waits else 0 if settled else SLOW if lookup.trouble else _pace(hub),
    )


def _pace(hub: Hub) -> int:
    """Return the seconds between two questions: quick at first, slower with age."""
    if hub.read_at is not None:
        return 2
    age = (timezone.now() - hub.created_at).total_seconds()
    if age < 10:
        return 1
    return 2 if age < 70 else 5


def _unknown(lookup: Lookup) -> News:
    """Return what is told of a hub of which SpKey has never said anything."""
    if lookup.trouble:
        return _claimable(Outcome.UNKNOWN, wording.trouble(lookup.trouble))
    # A hub that nobody has read is due in the future only after somebody tried.
    due = lookup.hub.due_at
    if due is not None and due > timezone.now():
        return _claimable(Outcome.UNKNOWN, wording.NO_ANSWER)
    return _claimable(Outcome.LOOKING, wording.LOOKING)


def _claimable(outcome: Outcome, words: Words) -> News:
    return replace(_news(outcome, words), can_claim=True)


def _known(lookup: Lookup) -> News:
    """Return what would become of a claim: the rule is the engine's, the words are the tray's."""
    hub, rule = lookup.hub, telling.verdict(lookup.hub, lookup.site)
    if rule is decide.UNREADABLE:
        return _claimable(Outcome.UNKNOWN, wording.NO_ANSWER)
    if rule is decide.FREE:
        return _claimable(Outcome.READY, wording.READY[hub.online])
    outcome = outcome_of_state(rule.state, rule.reason)
    words = wording.end(
        rule.state, rule.reason, for_admin=lookup.for_admin, for_support=lookup.for_support
    )
    if outcome == Outcome.REFUSED:
        return _refused(lookup, words)
    if outcome != Outcome.ELSEWHERE:
        return _news(outcome, words)
    if lookup.site is None:
        outcome, words = Outcome.YOURS, wording.YOURS
    why_not = action_wording.hindrance(hub)
    words = replace(words, text=why_not) if why_not else wording.of_move(lookup.move, words)
    news = _news(outcome, words, _where(lookup.at, words))
    if lookup.move is Move.ASK:
        return replace(news, move_url=_move_url("jobs:ask-move", lookup))
    return (
        replace(news, url=_move_url("hub-actions:move", lookup)) if lookup.move is Move.DO else news
    )


def _move_url(page: str, lookup: Lookup) -> str:
    """Return where the hub is moved to the site that was picked, or where that is asked for."""
    site = str(lookup.site.pk) if lookup.site else ""
    return reverse(page, args=(lookup.hub.pk,), query={"site": site})


def _refused(lookup: Lookup, words: Words) -> News:
    """Return what is told of a hub that cannot be claimed, and how to have it looked into."""
    hub, request = lookup.hub, lookup.request
    can_ask = not lookup.for_support and asking.may_be_asked(hub, request)
    asked = str(moves_wording.in_tray(request)) if request else ""
    way = moves_wording.way_out(can_ask=can_ask) or words.text
    told = answer_wording.telling(lookup.telling)
    # What support is asked already, nobody need be told besides.
    text = asked or " ".join(filter(None, (str(way), told)))
    offered = lookup.telling is Telling.OFFERED and not asking.is_with_support(hub, request)
    return replace(
        _news(Outcome.REFUSED, words, text),
        actions=(Action.TELL,) if offered else (),
        **({} if lookup.for_support else _asking(hub, lookup.site, request)),
    )


def _asking(hub: Hub, site: Site | None, request: MoveRequest | None) -> dict[str, Any]:
    """Return where a hub that is somebody else's is asked for, and where that is followed."""
    found: dict[str, Any] = {}
    if request is not None:
        found["request_url"] = reverse("moves:detail", args=(request.pk,))
    if asking.may_be_asked(hub, request):
        query = {"site": str(site.pk)} if site else None
        found["ask_url"] = reverse("moves:ask", args=(hub.pk,), query=query)
    return found


def _where(at: str, words: Words) -> str:
    return f"{known_at(at)} {words.text}" if at else str(words.text)


def _of_claim(followed: results.Followed) -> News:
    """Return the state of the claim."""
    claim, words = followed.claim, _words(followed)
    outcome, settled = outcome_of(claim), timeline.is_settled(claim)
    return replace(
        _news(outcome, words, _more(followed, words)),
        hub_id=UUID(claim.hub_id_text),
        claim_id=claim.pk,
        tried=timeline.tried(claim) if followed.tried else "",
        trying=followed.tried and timeline.is_being_tried(claim),
        next_look=_next_look(claim),
        meta=list_item.meta(claim.hub),
        number=claim.number,
        url=url_of(claim),
        settled=settled,
        poll_in=0 if settled else timeline.pace(claim),
        actions=_offered(followed, outcome),
        to_release=claim.waits_for_release,
        **_presence(claim),
        **(_asking(claim.hub, claim.site, followed.request) if _is_support_asked(followed) else {}),
    )


def _is_support_asked(followed: results.Followed) -> bool:
    """Whether this is a refusal about which the person asks support, or may have."""
    claim = followed.claim
    is_refused = sync.is_somebody_elses(claim) and outcome_of(claim) == Outcome.REFUSED
    return is_refused and not followed.for_support


def _presence(claim: Claim) -> dict[str, Any]:
    """Return whether the hub is online, and whether it waits for somebody beside it."""
    hub, is_lost = claim.hub, timeline.is_lost(claim)
    if claim.state in SUCCEEDED and not is_lost:
        online = bool(hub.online)
        at_hub = not online
    else:
        waits_there = not claim.is_final and not claim.waits_for_release
        online, at_hub = False, waits_there and hub.online is False
    return {
        "online": online,
        "at_hub": at_hub,
        "last_seen": jobs.iso(hub.last_seen) if at_hub else "",
    }


def url_of(claim: Claim) -> str:
    """Return the address of the claim's page."""
    return reverse("claims:detail", args=(claim.pk,))


def _offered(followed: results.Followed, outcome: Outcome) -> tuple[Action, ...]:
    """Return the actions that the row has buttons for.

    What takes seconds is not stopped there, nor does the row grow a button for it. Administrators
    are told of what they do not know yet.
    """
    has_button = {
        Action.STOP: outcome == Outcome.HELD_UP,
        Action.TELL: followed.telling is Telling.OFFERED and not _is_with_support(followed),
    }
    available = sync.available_actions(followed.claim) if followed.may_act else ()
    return tuple(action for action in available if has_button.get(action, True))


def _is_with_support(followed: results.Followed) -> bool:
    return _is_support_asked(followed) and asking.is_with_support(
        followed.claim.hub, followed.request
    )


def _words(followed: results.Followed) -> Words:
    """Return the words for the claim; what was found out after its end, where there is such."""
    claim = followed.claim
    if claim.state in SUCCEEDED and not timeline.is_lost(claim):
        return wording.claimed(timeline.chip(claim), online=bool(claim.hub.online))
    if claim.late_effect_at is None and not timeline.is_lost(claim):
        present = timeline.present(
            claim,
            followed.reader,
            for_admin=followed.for_admin,
            for_support=followed.for_support,
        )
        return replace(present, chip=timeline.chip(claim))
    found = timeline.steps(claim, for_support=followed.for_support)[-1]
    return Words(timeline.chip(claim), found.title, found.text)


def _more(followed: results.Followed, words: Words) -> str:
    """Return the words' text with what is particular to this claim."""
    claim = followed.claim
    if claim.reason == Reason.ANOTHER_SITE:
        return _where(followed.at, words)
    if _keeps_nobody(claim):
        return str(wording.JOB_OVER)
    if followed.request and (asked := moves_wording.in_tray(followed.request)):
        return str(asked)
    can_ask = _is_support_asked(followed) and asking.may_be_asked(claim.hub, followed.request)
    way = moves_wording.way_out(can_ask=can_ask) or words.text
    sentences = [str(way), *(problem(*each) for each in claim.problems)]
    if followed.held_back and (tried := timeline.tried_just_now(claim)):
        sentences.append(tried)
    if told := answer_wording.telling(followed.telling):
        sentences.append(told)
    if followed.is_braked:
        sentences.append(str(wording.BRAKED.text))
    return " ".join(sentences)


def _next_look(claim: Claim) -> str:
    """Say when the claim is looked at again: by itself, for several rows may say all else alike."""
    next_try = timeline.next_try(claim)
    # Sooner than that, it is over before the minute that would be named.
    if next_try is None or next_try - timezone.now() <= A_WHILE or _keeps_nobody(claim):
        return ""
    time = time_format(timezone.localtime(next_try), "H:i")
    return gettext("Next look at %(time)s.") % {"time": time}


def _keeps_nobody(claim: Claim) -> bool:
    """Whether the hub waits for power or cable, and its job is over: nobody is there any more."""
    is_over = claim.job is not None and claim.job.state in {JobState.COMPLETE, JobState.CANCELLED}
    return is_over and not claim.waits_for_release and bool(_presence(claim)["at_hub"])


def _of_other_claim(claim: Claim) -> News:
    """Say that this claim, of the same organisation, has the hub at another site."""
    words = wording.ELSEWHERE if claim.is_final else wording.CLAIMED_ELSEWHERE_NOW
    return replace(
        _news(Outcome.ELSEWHERE, words, claimed_elsewhere(claim)),
        hub_id=UUID(claim.hub_id_text),
        url=url_of(claim),
    )
