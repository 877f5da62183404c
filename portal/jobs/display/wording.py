"""What people read of a job: its state, its days, its list, and what was asked for."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.jobs.expected import LONGEST_PLACE, MOST, Fault, Problem
from portal.jobs.finding import Numbers
from portal.jobs.models import Job
from portal.jobs.models.jobs import State

STATES: dict[str, Chip] = {
    State.PLANNED: Chip("quiet", "clock", _("Planned")),
    State.OPEN: Chip("working", "job", _("Open")),
    State.OVERDUE: Chip("attention", "alert", _("Overdue")),
    State.COMPLETE: Chip("good", "check", _("Complete")),
    State.CANCELLED: Chip("quiet", "stop", _("Cancelled")),
}

GROUPS: dict[str, Text] = {
    "current": _("Current"),
    "today": _("Today"),
    "overdue": pgettext_lazy("several jobs", "Overdue"),
    "coming": _("Coming"),
    "over": pgettext_lazy("several jobs", "Closed"),
}
"""What the groups of jobs are called that the list shows together."""

CHANGED = _(
    "Somebody else changed this job meanwhile. What is saved now is below; make your change again."
)
DECIDED = _("Somebody has decided about this already.")
OVER = _("This job is complete or cancelled. Nothing was changed.")

MOST_FAULTS = 20

_FAULTS: dict[str, Text] = {
    Fault.UNREADABLE: _("The list cannot be read. Save it as CSV, or paste it here."),
    Fault.UNKNOWN_COLUMN: _(
        "Line %(line)d: “%(text)s” is no column we know. Name the columns “place” and “hub id”."
    ),
    Fault.COLUMN_TWICE: _("Line %(line)d: the column “%(text)s” is there twice."),
    Fault.TOO_MANY_PARTS: _(
        "Line %(line)d has more parts than columns. Put a place with a comma in quotes."
    ),
    Fault.NOT_AN_ID: _("Line %(line)d: “%(text)s” is not a hub id."),
    Fault.PLACE_TOO_LONG: _("Line %(line)d: “%(text)s” is longer than %(most)d characters."),
    Fault.PLACE_TWICE: _("Line %(line)d: “%(text)s” is on line %(earlier)d already."),
    Fault.HUB_TWICE: _("Line %(line)d: hub %(text)s is on line %(earlier)d already."),
    Fault.TOO_MANY_LINES: _("Line %(line)d is one too many: a job expects at most %(most)d hubs."),
}


def sentence(problem: Problem) -> str:
    """Say what is wrong with a line of a list."""
    words = _FAULTS[problem.fault]
    if problem.fault == Fault.UNREADABLE and problem.line:
        words = _("Line %(line)d cannot be read.")
    return str(words) % {
        "line": problem.line,
        "text": problem.text,
        "earlier": problem.earlier,
        "most": MOST if problem.fault == Fault.TOO_MANY_LINES else LONGEST_PLACE,
    }


def sentences(problems: Iterable[Problem]) -> list[str]:
    """Say what is wrong with a list, line by line, as far as somebody reads on."""
    found = list(problems)
    shown = [sentence(problem) for problem in found[:MOST_FAULTS]]
    if more := len(found) - len(shown):
        words = ngettext("And %(number)d more line.", "And %(number)d more lines.", more)
        shown.append(words % {"number": more})
    return shown


def chip(job: Job) -> Chip:
    """Return the job's state at a glance."""
    return STATES[job.state]


def day(on: date) -> str:
    """Return a day as people say it."""
    return date_format(on, "j E Y")


def day_near(on: date) -> str:
    """Return a day as people say it, without the year where that is this one."""
    return date_format(on, "j E") if on.year == timezone.localdate().year else day(on)


def window(job: Job) -> str:
    """Return the job's days: "3 to 9 December 2026", or one day."""
    first, last = job.starts_on, job.ends_on
    if first == last:
        return day(last)
    if (first.year, first.month) == (last.year, last.month):
        begin = date_format(first, "j")
    else:
        begin = date_format(first, "j E" if first.year == last.year else "j E Y")
    return gettext("%(first)s to %(last)s") % {"first": begin, "last": day(last)}


def end(job: Job) -> str:
    """Say when the job ends, or has ended."""
    words = {
        State.COMPLETE: _("Job %(number)s is complete."),
        State.CANCELLED: _("Job %(number)s is cancelled."),
        State.OVERDUE: _("Job %(number)s ended on %(day)s."),
    }.get(job.state, _("Job %(number)s ends on %(day)s."))
    return str(words) % {"number": job.number, "day": day(job.ends_on)}


def numbers(of: Numbers) -> str:
    """Return a job's numbers in one line: "12 expected · 12 claimed · 11 online".

    Hubs that stand for none that was expected are named apart.
    """
    counts = [
        ngettext("%(n)d claimed", "%(n)d claimed", of.claimed_of_expected)
        % {"n": of.claimed_of_expected},
        ngettext("%(n)d online", "%(n)d online", of.online_of_expected)
        % {"n": of.online_of_expected},
    ]
    if of.expected is not None:
        words = ngettext("%(n)d expected", "%(n)d expected", of.expected)
        counts.insert(0, words % {"n": of.expected})
    if of.unlisted:
        words = (
            gettext("%(n)s not on the list, %(online)s online")
            if of.has_list
            else gettext("%(n)s more than expected, %(online)s online")
        )
        counts.append(words % {"n": of.unlisted, "online": of.unlisted_online})
    return " · ".join(counts)


def people(job: Job) -> str:
    """Return who works on the job, or did; of many, the first. Who is invited comes last."""
    names = job.crew or [each.membership.user.display_name for each in job.members.all()]
    if job.state not in {State.COMPLETE, State.CANCELLED}:
        invited = (each.invitation.email for each in getattr(job, "open_invitations", ()))
        words = gettext("%(address)s (invited)")
        names = [*names, *(words % {"address": address} for address in sorted(invited))]
    if len(names) <= 3:
        return ", ".join(names)
    words = ngettext(
        "%(names)s and %(number)d more", "%(names)s and %(number)d more", len(names) - 2
    )
    return words % {"names": ", ".join(names[:2]), "number": len(names) - 2}


def name(job: Job) -> str:
    """Return what people call the job."""
    return gettext("Job %(number)d") % {"number": job.number}
