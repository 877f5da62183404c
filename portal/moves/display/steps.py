"""The story of a request, as each side reads it.

What who asked reads says nothing of the holder, not even that the portal knows one: neither its
answer nor when it came is in it. The holder reads nothing of who asked.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display.timeline import Step
from portal.core.ui import Text
from portal.hubs.display import wording as hub_wording
from portal.hubs.display.action_wording import hindrance_for_support
from portal.moves.display import wording
from portal.moves.models import Answer, MoveRequest, State

LATER: Final = _("You need not wait here.")
NOTHING_CHANGED: Final = _("Nothing has changed. You can ask again.")
STAYS: Final = _("It stays yours")


def of_asker(asked: MoveRequest) -> list[Step]:
    """Return the story for who asked."""
    steps = [Step("past", "quiet", "check", _("Asked"), asked.why, asked.asked_at)]
    if asked.state in {State.ASKED, State.WITH_HOLDER, State.ANSWERED}:
        asks: Text = _("They have three days to answer. You need not wait here.")
        steps.append(Step("present", "working", "clock", _("Support asks whoever holds it"), asks))
        told: Text = _("You will be told by e-mail. You need not claim it again.")
        steps.append(Step("next", "quiet", "site", _to(asked), told))
        return steps
    if asked.state not in {State.WITHDRAWN, State.NOT_NEEDED, State.DECLINED}:
        done = Step("past", "quiet", "check", _("Support has approved it"), "", asked.decided_at)
        steps.append(done)
    return [*steps, _end_for_asker(asked)]


def _to(asked: MoveRequest) -> str:
    return gettext("Moved to %(site)s") % {"site": asked.site.shown_name}


def _end_for_asker(asked: MoveRequest) -> Step:
    at = asked.ended_at
    text: Text
    match asked.state:
        case State.APPROVED:
            return Step("present", "working", "working", _("It is being moved to you"), LATER)
        case State.UNCLEAR:
            text = _("SmartphoneKey gave no clear answer. We look again by ourselves.")
            return Step("present", "working", "help", _("It is being confirmed"), text)
        case State.MOVED:
            text = _("It is yours. You need not claim it again.")
            return Step("stop", "good", "check", _to(asked), text, at)
        case State.DECLINED:
            return Step("stop", "stop", "stop", _("Support declined it"), asked.sentence, at)
        case State.WITHDRAWN:
            return Step("stop", "quiet", "close", _("Withdrawn"), NOTHING_CHANGED, at)
        case State.NOT_NEEDED:
            text = wording.NOT_NEEDED[asked.found]
            return Step("stop", "quiet", "help", _("Nobody has to be asked"), text, at)
    return Step("stop", "stop", "alert", _("It could not be moved"), NOTHING_CHANGED, at)


def of_holder(asked: MoveRequest) -> list[Step]:
    """Return the story for the organisation that holds the hub."""
    title = _("Support asked you")
    steps = [Step("past", "quiet", "check", title, "", asked.holder_asked_at)]
    if asked.state == State.WITH_HOLDER:
        return [*steps, _until(asked.holder_expires_at)]
    steps += _answer(asked)
    if asked.state == State.ANSWERED:
        return [*steps, _decides(asked)]
    return [*steps, _end_for_holder(asked)]


def _until(day: datetime | None) -> Step:
    at = hub_wording.moment(day) if day else ""
    text = gettext("Until %(at)s. If nobody answers by then, support decides.") % {"at": at}
    return Step("present", "attention", "clock", _("We need your answer"), text)


def _answer(asked: MoveRequest, *, for_support: bool = False) -> Iterator[Step]:
    if asked.holder_answer == Answer.NONE:
        return
    whole: Text = wording.ANSWERS[asked.holder_answer].word
    if not for_support and asked.answered_by is not None:
        said = {
            Answer.YES: gettext("%(person)s agreed"),
            Answer.NO: gettext("%(person)s said no"),
        }[Answer(asked.holder_answer)]
        whole = said % {"person": asked.answered_by.display_name}
    icon = "stop" if asked.holder_answer == Answer.NO else "check"
    yield Step("past", "quiet", icon, whole, "", asked.answered_at)


def _decides(asked: MoveRequest) -> Step:
    if asked.holder_answer == Answer.NO:
        text = _("Support moves nothing.")
        return Step("stop", "good", "check", STAYS, text)
    text = _("You will be told by e-mail if it is moved.")
    return Step("present", "working", "clock", _("Support decides now"), text)


def _end_for_holder(asked: MoveRequest) -> Step:
    at = asked.ended_at
    match asked.state:
        case State.APPROVED | State.UNCLEAR:
            return Step("present", "working", "working", _("It is being moved away"))
        case State.MOVED:
            text = _("Keys and settings under it may be gone.")
            title = _("It was moved to another organisation")
            return Step("stop", "attention", "sign-out", title, text, at)
        case State.NOT_MOVED:
            return Step("stop", "quiet", "help", _("It was not moved"), "", at)
    return Step("stop", "good", "check", STAYS, _("Nobody asks for it any more."), at)


def of_support(asked: MoveRequest) -> list[Step]:
    """Return the story for support: both sides."""
    words = {"person": asked.asked_by.display_name, "site": asked.site.shown_name}
    title: Text = gettext("%(person)s asked to have it at %(site)s") % words
    steps = [Step("past", "quiet", "person", title, asked.why, asked.asked_at)]
    if asked.looked_at:
        steps.append(Step("past", "quiet", "search", _found(asked), "", asked.looked_at))
    if asked.holder_asked_at:
        title = _("The holder was asked")
        steps.append(Step("past", "quiet", "clock", title, "", asked.holder_asked_at))
    steps += _answer(asked, for_support=True)
    if asked.decided_at and asked.state != State.DECLINED:
        title = _by(gettext("%(person)s approved it"), asked)
        steps.append(Step("past", "quiet", "check", title, "", asked.decided_at))
    return [*steps, _now_for_support(asked)]


def _by(words: str, asked: MoveRequest) -> str:
    return words % {"person": asked.decided_by.display_name if asked.decided_by else "–"}


def _found(asked: MoveRequest) -> Text:
    if asked.found in wording.NOT_NEEDED:
        return _("The super key has read it: it is not somebody else’s")
    if asked.holder is not None:
        words = gettext("Looked up: it is bound to %(holder)s")
        return words % {"holder": asked.holder.name}
    words = gettext("Looked up: it is bound to %(id)s, which the portal does not know")
    return words % {"id": asked.found_org_id}


_TO_DO: Final[dict[str, tuple[Text, Text]]] = {
    "look": (_("Look up whose it is"), _("Nobody has looked yet.")),
    "ask": (
        _("Ask the holder"),
        _("Their administrators have three days. They are not told who asks."),
    ),
    "agreed": (_("Approve or decline"), _("The holder is happy for it to be moved.")),
    "silent": (_("Approve or decline"), _("Nobody has answered for the holder.")),
    "unknown": (
        _("Approve or decline"),
        _("The portal does not know the holder, so nobody can be asked here."),
    ),
    "decline": (_("Decline it"), _("The holder said no, and that ends it.")),
}


_DECIDED_BY: Final[dict[str, str]] = {Answer.YES: "agreed", Answer.SILENT: "silent"}


def _now_for_support(asked: MoveRequest) -> Step:
    if asked.is_being_looked_up:
        text = wording.TROUBLES.get(asked.trouble, "")
        return Step("present", "working", "working", _("It is being looked up"), text)
    if asked.state == State.ASKED and asked.trouble:
        title = _("It could not be looked up")
        return Step("present", "attention", "alert", title, wording.TROUBLES[asked.trouble])
    if asked.state == State.WITH_HOLDER:
        at = hub_wording.moment(asked.holder_expires_at) if asked.holder_expires_at else ""
        text = gettext("They have until %(at)s") % {"at": at}
        return Step("present", "working", "clock", _("Waiting for the holder’s answer"), text)
    if asked.can_decline and (why_not := hindrance_for_support(asked.found_status)):
        return Step("present", "attention", "stop", _("It cannot be moved now"), why_not)
    if (what := _to_do(asked)) is not None:
        return Step("present", "attention", "alert", *_TO_DO[what])
    return _end_for_support(asked)


def _to_do(asked: MoveRequest) -> str | None:
    if asked.can_approve:
        return _DECIDED_BY.get(asked.holder_answer, "unknown")
    if asked.state == State.ANSWERED:
        return "decline"
    if asked.state == State.ASKED:
        return "ask" if asked.can_put_to_holder else "look"
    return None


def _end_for_support(asked: MoveRequest) -> Step:
    at = asked.ended_at
    title: Text
    match asked.state:
        case State.APPROVED:
            return Step("present", "working", "working", _("It is being moved"))
        case State.UNCLEAR:
            text = _("SmartphoneKey gave no clear answer. The portal looks again by itself.")
            return Step("present", "attention", "help", _("Not known whether it was moved"), text)
        case State.MOVED:
            late = _("It had taken effect, and was found out afterwards.")
            told = late if asked.late_effect_at else ""
            return Step("stop", "good", "check", _to(asked), told, at)
        case State.DECLINED:
            title = _by(gettext("%(person)s declined it"), asked)
            return Step("stop", "stop", "stop", title, asked.sentence, at)
        case State.WITHDRAWN:
            return Step("stop", "quiet", "close", _("They took it back"), "", at)
        case State.NOT_NEEDED:
            title = _("Nothing to decide")
            return Step("stop", "quiet", "help", title, "", at)
    return Step("stop", "stop", "alert", _("It was not moved"), "", at)
