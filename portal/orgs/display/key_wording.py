"""What people read of an organisation's API key: its health, and what is wrong with one typed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.orgs.models import ApiCredential, KeyCandidate

State = ApiCredential.State
Sent = ApiCredential.Sent

SEARCHED_BY = _("Name or SpKey organisation id")
WRONG_ORGANISATION = _("Wrong organisation")
FOREIGN_KEY = _("The API key belongs to another organisation")

NO_KEY_SHAPE = _("A SpKey API key has exactly 40 letters and digits. Copy all of it.")
NO_TOKEN_SHAPE = _("A bearer token has letters, digits and . _ ~ + / = - only. Copy all of it.")
NO_USER_ID = _("A SpKey user id has 32 hexadecimal digits in five groups. Copy all of it.")

SENT: dict[str, Text] = {
    Sent.KEY: _("this key"),
    Sent.TOKEN: _("this bearer token"),
    Sent.BOTH: _("this key with its bearer token"),
}
WORDS: dict[str, tuple[Chip, Text]] = {
    State.UNCHECKED: (
        Chip("quiet", "help", _("Not checked")),
        _("Nobody has checked this key yet."),
    ),
    State.WORKING: (Chip("good", "check", _("Working")), _("SmartphoneKey accepts %(sent)s.")),
    State.REFUSED: (
        Chip("stop", "stop", _("Refused")),
        _(
            "SmartphoneKey does not accept %(sent)s: mistyped, replaced, revoked or expired. "
            "Claims are saved and wait. Store the right one."
        ),
    ),
    State.MISMATCH: (
        Chip("stop", "alert", WRONG_ORGANISATION),
        _(
            "This key belongs to another organisation at SmartphoneKey. Claims are saved and wait. "
            "Store your organisation's own key."
        ),
    ),
    State.UNREACHABLE: (
        Chip("attention", "offline", _("Unreachable")),
        _("SmartphoneKey did not answer, so we could not tell. Try again in a minute."),
    ),
}
WAITING = (
    Chip("working", "clock", _("Waiting")),
    _(
        "SmartphoneKey asks us to wait before we ask about this key. "
        "The check goes on by itself %(when)s."
    ),
)
PUT_OFF = (
    Chip("working", "clock", _("Waiting")),
    _("SmartphoneKey is not answering now. The check goes on by itself %(when)s."),
)
OTHER_ACCEPTED = _(
    "SmartphoneKey does not accept %(sent)s, but does accept another way. Claims are saved and "
    "wait. Choose what it accepts under “Key or token” below."
)
STATES: list[tuple[str, Text]] = [(state, chip.word) for state, (chip, _text) in WORDS.items()]
"""The states and what they are called, as a choice among them takes them."""

DOUBTED = (
    Chip("working", "clock", _("Asking again")),
    _(
        "SmartphoneKey refused %(sent)s just now. That can be a passing fault on their side, so "
        "we ask again %(when)s. Claims are saved and wait until then."
    ),
)
CHECKING = (Chip("working", "working", _("Checking")), _("Asking SmartphoneKey about this key."))
UNREADABLE = (
    Chip("stop", "alert", _("Unreadable")),
    _(
        "The portal cannot decrypt the stored key: its encryption keys have changed. Claims are "
        "saved and wait. Store the key again, or ask an operator of the portal."
    ),
)
TAKEN_OVER = _("The new key works and is in use.")
# For so long it is said.
NEWS_FOR = timedelta(minutes=10)
SOON = timedelta(minutes=1)

NEW_SENT: dict[str, Text] = {
    Sent.KEY: _("The new key"),
    Sent.TOKEN: _("The new bearer token"),
    Sent.BOTH: _("The new key with its bearer token"),
}
OLD_SERVES = _("The old one stays in use.")
OLD_SERVES_UNTIL = _("The old one stays in use until it works.")
AT_ONCE = _("It takes over as soon as it works.")
STORE_ANOTHER = _("Store another one below.")

NEW_CHECKING = (CHECKING[0], _("Asking SmartphoneKey about the new key."))
NEW_DOUBTED = (
    DOUBTED[0],
    _(
        "%(sent)s was refused just now. That can be a passing fault at SmartphoneKey, so we ask "
        "again %(when)s."
    ),
)
NEW_WAITING = (
    WAITING[0],
    _(
        "SmartphoneKey asks us to wait before we ask about the new key. "
        "The check goes on by itself %(when)s."
    ),
)
NEW_UNREACHABLE = (
    WORDS[State.UNREACHABLE][0],
    _("SmartphoneKey did not answer, so the new key is not checked yet. We ask again %(when)s."),
)
NEW_UNREADABLE = (
    UNREADABLE[0],
    _("The portal cannot decrypt the new key: its encryption keys have changed. Store it again."),
)
NEW_ENDED: dict[str, tuple[Chip, Text]] = {
    KeyCandidate.State.REFUSED: (
        WORDS[State.REFUSED][0],
        _("%(sent)s was refused: mistyped, replaced, revoked or expired."),
    ),
    KeyCandidate.State.MISMATCH: (
        WORDS[State.MISMATCH][0],
        _("The new key belongs to another organisation: it may see none of your hubs."),
    ),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to add to a key's sentence: `kind` is quiet or attention."""

    kind: str
    text: Text


# By what SpKey has shown the key of the organisation's hubs: see `hubs.queries.Shown`.
_WHOSE: dict[str | None, Remark] = {
    "none": Remark(
        "attention",
        _(
            "SmartphoneKey shows it none of your hubs. It may be another organisation’s key: "
            "compare its first and last characters with your own at SmartphoneKey."
        ),
    ),
    "not yet": Remark(
        "quiet",
        _("None of your hubs has been read with it yet; that shows whether it is your own."),
    ),
    "nothing to show": Remark(
        "quiet",
        _("Whether it is your organisation’s own key shows with your first hub."),
    ),
}


def whose(shown: str | None) -> Remark | None:
    """Return what is to be said of a key that works, and may be another organisation's."""
    return _WHOSE.get(shown)


def state_name(state: str) -> Text:
    """Return what a state is called."""
    chip, _text = WORDS[state]
    return chip.word


def words(credential: ApiCredential) -> tuple[Chip, Text]:
    """Return the chip and the sentence for the key as it is now."""
    if not credential.is_readable:
        return UNREADABLE
    at = credential.check_waits_until
    chip, text = _checked(credential) if credential.due_at is None else _asked(credential, at)
    return chip, str(text) % {"sent": SENT[credential.sent], "when": _when(at)}


def words_of_candidate(candidate: KeyCandidate, *, old_serves: bool) -> tuple[Chip, str]:
    """Return the chip and what is said of a key that is to replace the one in use.

    `old_serves`: claims go on with that one.
    """
    if not candidate.is_readable:
        return NEW_UNREADABLE[0], str(NEW_UNREADABLE[1])
    ended = NEW_ENDED.get(candidate.state)
    chip, text = ended or _new_asked(candidate)
    until = STORE_ANOTHER if ended else AT_ONCE
    if old_serves:
        until = OLD_SERVES if ended else OLD_SERVES_UNTIL
    when = _when(candidate.check_waits_until)
    return chip, f"{str(text) % {'sent': NEW_SENT[candidate.sent], 'when': when}} {until}"


def _new_asked(candidate: KeyCandidate) -> tuple[Chip, Text]:
    if candidate.paused_for:
        return NEW_WAITING
    if candidate.check_waits_until is None:
        return NEW_CHECKING
    return NEW_UNREACHABLE if candidate.doubted_at is None else NEW_DOUBTED


def _when(at: datetime | None) -> str:
    """Return when something goes on, as people say it."""
    if at is None or at - timezone.now() < SOON:
        return gettext("in a moment")
    return gettext("at %(time)s") % {"time": time_format(timezone.localtime(at), "H:i")}


def _has_just_taken_over(credential: ApiCredential) -> bool:
    """Whether it replaced another just now, after a check, and nobody has asked about it since."""
    checked_at, since = credential.checked_at, credential.replaced_at
    if credential.state != State.WORKING or checked_at is None or checked_at > since:
        return False
    return credential.version > 1 and timezone.now() - since < NEWS_FOR


def _checked(credential: ApiCredential) -> tuple[Chip, Text]:
    chip, text = WORDS[credential.state]
    if _has_just_taken_over(credential):
        return chip, TAKEN_OVER
    is_refused = credential.state == State.REFUSED
    return chip, OTHER_ACCEPTED if is_refused and _others(credential) else text


def _asked(credential: ApiCredential, at: datetime | None) -> tuple[Chip, Text]:
    """Return the words while a check is wanted, which is put off until then."""
    if at is None:
        return CHECKING
    if credential.paused_for:
        return WAITING
    return PUT_OFF if credential.doubted_at is None else DOUBTED


def accepted(credential: ApiCredential) -> list[str]:
    """Return what of the key, its token and both SpKey accepts, as far as the checks have shown."""
    # What was just refused is not named as accepted, proven or not.
    is_refused = credential.state == State.REFUSED or credential.doubted_at is not None
    return [
        gettext("%(sent)s (not sure yet)") % {"sent": each.label}
        if credential.accepted[each]
        else str(each.label)
        for each in Sent
        if each in credential.accepted and not (is_refused and each == credential.sent)
    ]


def _others(credential: ApiCredential) -> list[str]:
    """Return what SpKey surely accepts besides what is sent."""
    surely = [each for each, doubt in credential.accepted.items() if doubt is None]
    return [each for each in surely if each != credential.sent]


@dataclass(frozen=True, slots=True)
class Banner:
    """Something that concerns the whole screen: `kind` is stop or attention."""

    kind: str
    title: Text
    text: str
    url: Text = ""
    link_text: Text = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A key that stops claims, and what an administrator does about it."""

    kind: str
    title: Text
    cure: Text


REPLACE = _("Replace it to continue.")

NO_KEY = Trouble("attention", _("No API key yet"), _("Store it to continue."))
REFUSED = {
    Sent.KEY: Trouble("stop", _("SmartphoneKey refuses the API key"), REPLACE),
    Sent.TOKEN: Trouble("stop", _("SmartphoneKey refuses the bearer token"), REPLACE),
    Sent.BOTH: Trouble(
        "stop",
        _("SmartphoneKey refuses the API key with its bearer token"),
        _("Replace them to continue."),
    ),
}
CHOOSE = _("Choose what it accepts under “Key or token” to continue.")
KEY_MISMATCH = Trouble("stop", FOREIGN_KEY, REPLACE)
KEY_UNREADABLE = Trouble(
    "stop", _("The portal cannot read the API key"), _("Store it again to continue.")
)


def trouble(credential: ApiCredential | None) -> Trouble | None:
    """Return what is the matter with a key that stops claims, or None where it does not."""
    if credential is None:
        return NO_KEY
    if credential.state == State.REFUSED:
        refused = REFUSED[Sent(credential.sent)]
        return replace(refused, cure=CHOOSE) if _others(credential) else refused
    if credential.state == State.MISMATCH:
        return KEY_MISMATCH
    return None if credential.is_readable else KEY_UNREADABLE


EXPIRY_NEAR = timedelta(days=14)


def expiry_banner(credential: ApiCredential | None) -> Banner | None:
    """Return the banner for somebody who can store another key before this one has ended."""
    if credential is None or credential.expires_on is None:
        return None
    today = timezone.localdate()
    if credential.expires_on - today > EXPIRY_NEAR:
        return None
    title = ENDED_TITLE if credential.expires_on < today else _ends_title(credential.expires_on)
    return Banner("attention", title, str(STORE_NEXT), _key_form(), _("Go to the API key"))


def _key_form() -> str:
    """Return where a key is stored: on the key's own page, the form itself."""
    return f"{reverse('key:edit')}#key-form"


ENDED_TITLE = _("The API key has expired")
STORE_NEXT = _("Get a new one from SmartphoneKey and store it, so that claims go on.")


def _ends_title(day: date) -> str:
    if day == timezone.localdate():
        return gettext("The API key expires today")
    return gettext("The API key expires on %(day)s") % {"day": date_format(day, "j E")}


def banner_for_manager(found: Trouble, of_support: bool) -> Banner:
    """Return the banner for somebody who can store another key."""
    return Banner(
        found.kind,
        found.title,
        f"{_saved(of_support)} {found.cure}",
        _key_form(),
        _("Go to the API key"),
    )


def banner_for_others(found: Trouble, of_support: bool, notified: bool) -> Banner:
    """Return the banner for somebody who waits for that; `notified`: the administrators know."""
    cure = (
        gettext("Your administrators have been told.")
        if notified
        else gettext("Your administrator can fix it.")
    )
    return Banner(found.kind, found.title, f"{_saved(of_support)} {cure}")


def _saved(of_support: bool) -> str:
    if of_support:
        return gettext("Support’s claims are saved and wait.")
    return gettext("Claims are saved and wait.")
