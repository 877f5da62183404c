"""The state of the portal, in words for operators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.core.models import Heartbeat
from portal.core.ui import Chip, Text
from portal.hubs.calls import CallOutcome
from portal.monitoring import readings
from portal.monitoring.models import DeviceReport
from portal.moves import new_requests
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential

GOOD: Final = Chip("good", "check", _("In order"))
LATE: Final = Chip("attention", "clock", _("Late"))
# So long may due work wait for a free thread before that is worth a look.
LATE_AFTER: Final = timedelta(minutes=2)
NEWEST_REPORTS: Final = 5

ALIVE: Final = Chip("good", "check", _("Running"))
SILENT: Final = Chip("stop", "stop", _("Silent"))
ANSWERS: Final = Chip("good", "check", _("Answers"))
AWAY: Final = Chip("stop", "offline", _("Does not answer"))
AWAY_FOR_SOME: Final = Chip("attention", "offline", _("Does not answer some"))

WORK: Final[Mapping[str, Text]] = {
    "claims.claim": _("Claims"),
    "consent.accessrequest": _("Requests for access"),
    "consent.code": _("Codes for access that end"),
    "consent.grant": _("Access for support that ends"),
    "events.delivery": _("Events from SmartphoneKey"),
    "hub_actions.hubaction": _("Actions on hubs"),
    "hubs.hub": _("Hubs that somebody looks at"),
    "hubs.round": _("Rounds in which all hubs are read"),
    "hub_photos.hubphoto": _("Photos to remove"),
    "imports.batch": _("Rows of imports"),
    "imports.import": _("Imports to check"),
    "jobs.job": _("Jobs that are overdue"),
    "moves.moverequest": _("Hubs asked for elsewhere"),
    "notices.accountemail": _("E-mails about accounts"),
    "notices.digest": _("Daily e-mails"),
    "notices.invitationemail": _("Invitations by e-mail"),
    "notices.notice": _("E-mails with news"),
    "orgs.apicredential": _("Checks of API keys"),
    "orgs.keycandidate": _("Checks of new API keys"),
    "orgs.keyreminder": _("Reminders that a key ends"),
}
"""Each kind of work of the workers."""

NO_ANSWER: Final = frozenset(
    {
        CallOutcome.UNREACHABLE.value,
        CallOutcome.UNCLEAR.value,
        CallOutcome.UNKNOWN.value,
        CallOutcome.NOT_PASSED_ON.value,
    }
)
BLOCKED_FOR: Final[Mapping[str, Text]] = {
    "key_missing": key_wording.NO_KEY.title,
    "key_kind": _("The API key is for support alone"),
    "key_refused": key_wording.REFUSED[ApiCredential.Sent.KEY].title,
    "key_unreadable": key_wording.KEY_UNREADABLE.title,
    "key_mismatch": key_wording.FOREIGN_KEY,
    "no_user": _("The person has no SpKey user id"),
    "address_unconfirmed": _("The person’s address is not confirmed"),
    "right_gone": _("The person may not claim there any more"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: how much of it is due, and since when."""

    word: Text
    due: int
    since: datetime | None
    chip: Chip


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, and when it gave its last sign of life."""

    name: str
    at: datetime
    chip: Chip


@dataclass(frozen=True, slots=True)
class Trouble:
    """What fails for an organisation, and where to look."""

    organisation: str
    text: Text
    url: str


@dataclass(frozen=True, slots=True)
class Api:
    """How the API does: a word, and sentences."""

    chip: Chip
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class State:
    """All of the page."""

    at: datetime
    workers: Sequence[Worker]
    is_worked: bool
    nobody_sees_requests: bool
    work: Sequence[Work]
    api: Api
    troubles: Sequence[Trouble]
    hubs: Text
    hubs_since: datetime | None
    mails: Sequence[str]
    reports: Sequence[DeviceReport]

    @property
    def busy(self) -> list[Work]:
        """The kinds of work of which something is due, those that are late first."""
        due = [work for work in self.work if work.due]
        return sorted(due, key=lambda work: work.chip is not LATE)

    @property
    def idle(self) -> list[Work]:
        """The kinds of work of which nothing is due."""
        return [work for work in self.work if not work.due]


def state() -> State:
    """Return how the portal does now."""
    workers = [_worker(beat) for beat in readings.heartbeats()]
    backlog = readings.backlog()
    return State(
        at=timezone.now(),
        workers=workers,
        is_worked=any(worker.chip is ALIVE for worker in workers),
        nobody_sees_requests=new_requests.seen_by_nobody(),
        work=[_work(queue) for queue in readings.queues()],
        api=_api(),
        troubles=[*_keys(), *_claims()],
        hubs=_hubs(backlog.hubs),
        hubs_since=backlog.oldest,
        mails=_mails(),
        reports=list(DeviceReport.objects.all()[:NEWEST_REPORTS]),
    )


def _worker(beat: Heartbeat) -> Worker:
    return Worker(beat.name, beat.beat_at, ALIVE if beat.is_alive else SILENT)


def _work(queue: readings.Queue) -> Work:
    is_late = queue.seconds > LATE_AFTER.total_seconds()
    word = WORK.get(queue.name, queue.name)
    return Work(word, queue.due, queue.oldest, LATE if is_late else GOOD)


def _api() -> Api:
    doors, calls = readings.doors(), readings.calls()
    sentences = [_calls(calls)]
    if doors.everybody:
        sentences.append(gettext("Nobody calls it, but for a try now and then. Claims wait."))
    if doors.organisations:
        sentences.append(
            ngettext(
                "It does not answer %(number)s organisation, whose claims wait.",
                "It does not answer %(number)s organisations, whose claims wait.",
                doors.organisations,
            )
            % {"number": doors.organisations}
        )
    if doors.limited:
        sentences.append(
            ngettext(
                "It asks us to wait with %(number)s API key.",
                "It asks us to wait with %(number)s API keys.",
                doors.limited,
            )
            % {"number": doors.limited}
        )
    chip = AWAY if doors.everybody else AWAY_FOR_SOME if doors.organisations else ANSWERS
    return Api(chip, sentences)


def _calls(calls: Sequence[readings.Calls]) -> str:
    everything = sum(row.count for row in calls)
    if not everything:
        return gettext("No calls for claims or actions in the last hour.")
    failed = sum(row.count for row in calls if row.outcome in NO_ANSWER)
    counted = ngettext(
        "%(number)s call for claims and actions in the last hour.",
        "%(number)s calls for claims and actions in the last hour.",
        everything,
    ) % {"number": everything}
    if not failed:
        return counted
    missed = ngettext(
        "%(number)s had no clear answer.", "%(number)s had no clear answer.", failed
    ) % {"number": failed}
    return f"{counted} {missed}"


def _keys() -> list[Trouble]:
    return [
        Trouble(
            credential.organisation.name,
            _key(credential),
            reverse("admin:orgs_apicredential_change", args=(credential.pk,)),
        )
        for credential in readings.troubled_keys()
    ]


def _key(credential: ApiCredential) -> Text:
    if credential.state == ApiCredential.State.REFUSED:
        return key_wording.REFUSED[ApiCredential.Sent(credential.sent)].title
    if credential.state == ApiCredential.State.MISMATCH:
        return key_wording.FOREIGN_KEY
    if credential.paused_for:
        return gettext("SmartphoneKey asks us to wait with its API key")
    if credential.doubted_at is not None:
        return gettext("Its API key was refused once, and is asked about again")
    return gettext("API key: %(state)s") % {"state": key_wording.state_name(credential.state)}


def _claims() -> list[Trouble]:
    found = []
    for _organisation, name, reason, number in readings.blocked_claims():
        waiting = ngettext("%(number)s claim waits", "%(number)s claims wait", number) % {
            "number": number
        }
        why = BLOCKED_FOR.get(reason)
        url = f"{reverse('admin:claims_claim_changelist')}?state__exact=blocked"
        found.append(Trouble(name, f"{waiting}: {why}" if why else waiting, url))
    return found


def _hubs(overdue: int) -> str:
    if not overdue:
        return gettext("All hubs were read within the hour.")
    return ngettext(
        "%(number)s hub was not read within the hour.",
        "%(number)s hubs were not read within the hour.",
        overdue,
    ) % {"number": overdue}


def _mails() -> list[str]:
    mails = readings.mails()
    waiting, failing = sum(m.waiting for m in mails), sum(m.failing for m in mails)
    if not waiting:
        return [gettext("No e-mail waits to be sent.")]
    said = [
        ngettext(
            "%(number)s e-mail waits to be sent.", "%(number)s e-mails wait to be sent.", waiting
        )
        % {"number": waiting}
    ]
    if failing:
        said.append(
            ngettext(
                "%(number)s of them was tried in vain: is the mail server there?",
                "%(number)s of them were tried in vain: is the mail server there?",
                failing,
            )
            % {"number": failing}
        )
    return said
