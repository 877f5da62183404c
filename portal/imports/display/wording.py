"""What people read of an import and of its rows: what a row is, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display import reader_wording
from portal.claims.display import wording as of_claims
from portal.claims.models import Reason
from portal.claims.models import State as ClaimState
from portal.core.ui import Chip, Text
from portal.hubs.actions.models import HubAction
from portal.hubs.display import action_wording
from portal.hubs.display import wording as of_hubs
from portal.imports import moving
from portal.imports.conduct import STOPPED
from portal.imports.models import Kind, Row, RowState, State, Verdict

KINDS: Final[dict[str, Text]] = {
    Kind.CLAIM: _("Claim"),
    Kind.BRING_IN: _("Bring in"),
    Kind.MOVE: _("Move"),
}
KINDS_EXPLAINED: Final[dict[str, Text]] = {
    Kind.CLAIM: _("Claim new hubs at their sites."),
    Kind.BRING_IN: _("Bring in hubs that are yours already, claimed elsewhere."),
    Kind.MOVE: _("Move hubs of yours to other sites."),
}
STATES: Final[dict[str, Chip]] = {
    State.READING: Chip("working", "working", _("Reading the file")),
    State.REFUSED: Chip("stop", "stop", _("File cannot be used")),
    State.CHECKING: Chip("working", "working", _("Checking")),
    State.READY: Chip("attention", "alert", _("Ready to start")),
    State.RUNNING: Chip("working", "working", _("Running")),
    State.FINISHED: Chip("good", "check", _("Finished")),
    State.DISCARDED: Chip("quiet", "put-away", _("Discarded")),
}
NOTHING_DONE: Final = Chip("attention", "alert", _("Nothing done"))
COLUMNS_ASKED: Final = Chip("attention", "alert", _("Columns are not clear"))
ROWS_WAIT: Final = Chip("working", "clock", _("Some rows wait"))
NOTHING_TO_DO: Final = Chip("quiet", "check", _("Nothing to do"))


@dataclass(frozen=True, slots=True)
class Words:
    """A row in words: the chip, and the next step ("" where there is none)."""

    chip: Chip
    step: Text = ""


def _to_mend(word: Text, step: Text) -> Words:
    return Words(Chip("attention", "alert", word), step)


def _no(word: Text, step: Text, icon: str = "stop") -> Words:
    return Words(Chip("stop", icon, word), step)


def _good(word: Text, step: Text = "") -> Words:
    return Words(Chip("good", "check", word), step)


_UNMERGE: Final = _("In Excel, unmerge these cells and fill in each of them, then import again.")

VERDICTS: Final[dict[str, Words]] = {
    Verdict.NONE: Words(Chip("working", "clock", _("To be checked"))),
    Verdict.FREE: _good(_("Can be claimed")),
    Verdict.OURS: _good(_("Yours already")),
    Verdict.KEPT: _good(_("Here already")),
    Verdict.OTHER_SITE: _to_mend(
        _("At another site of yours"), _("Import these rows as “Move” to move them.")
    ),
    Verdict.UNDER_WAY: _to_mend(
        _("Being claimed at another site"), _("Stop that claim first, or leave it there.")
    ),
    Verdict.BUSY: _to_mend(
        _("Something else is being done"), _("Wait until that has ended, then try again.")
    ),
    Verdict.FOREIGN: _no(
        _("Someone else’s"),
        _(
            "Compare the id with the label. If it hangs in your building, scan it: "
            "support can then move it to you."
        ),
        "shield",
    ),
    Verdict.UNKNOWN: _no(
        _("Unknown hub"), _("Compare the id with the label, character by character."), "search"
    ),
    Verdict.SUSPENDED: _no(_("Suspended"), _("Ask the support of SmartphoneKey.")),
    Verdict.DECOMMISSIONED: _no(_("Decommissioned"), _("It is out of service for good.")),
    Verdict.UNREAD: _to_mend(
        _("Could not be read"), _("SmartphoneKey did not answer about this hub. Try again.")
    ),
    Verdict.HELD_BACK: _to_mend(
        _("Not looked up"),
        _("Too many other ids were unknown. Compare this one with the label, then try again."),
    ),
    Verdict.NOT_AN_ID: _to_mend(
        _("Not a hub id"), _("Copy the id from the label: 32 digits and letters from a to f.")
    ),
    Verdict.SEVERAL_IDS: _to_mend(_("Several ids"), _("Put each hub in a row of its own.")),
    Verdict.TWICE: _to_mend(_("Twice"), _("Another row has this hub. Take one of them away.")),
    Verdict.SITE_NEEDED: _to_mend(_("No site"), _("Name the site in this row.")),
    Verdict.SITE_UNKNOWN: _to_mend(_("Unknown site"), _("Add the site, or correct its name.")),
    Verdict.SITE_NOT_CLEAR: _to_mend(
        _("Which site?"), _("Several sites have this name. Write the SpKey site id instead.")
    ),
    Verdict.SITE_ARCHIVED: _to_mend(
        _("Site archived"), _("Use the site again first, or name another one.")
    ),
    Verdict.NO_RIGHT: _no(
        _("Not allowed"), _("Who started this may not claim at this site, or may not any more.")
    ),
    Verdict.PLACE_TOO_LONG: _to_mend(_("Place too long"), of_hubs.PLACE_TOO_LONG),
    Verdict.CELL_TOO_LONG: _to_mend(_("Cell too long"), of_hubs.NOTE_TOO_LONG),
    Verdict.TOO_MANY_CELLS: _to_mend(
        _("Cell without a column"), _("Give its column a name in the first row, or empty it.")
    ),
    Verdict.FORMULA: _to_mend(
        _("Formula"), _("In Excel, replace the formula by its value, then import again.")
    ),
    Verdict.DATE: _to_mend(
        _("Became a date"),
        _("Excel made a date of this cell. Format the column as text and write it again."),
    ),
    Verdict.NUMBER: _to_mend(
        _("Became a number"),
        _("Excel made a number of the id. Format the column as text and write it again."),
    ),
    Verdict.MERGED: _to_mend(_("Merged cells"), _UNMERGE),
}
# Where a verdict says something else, or is good news, for another kind of import.
_OF_KIND: Final[dict[tuple[str, str], Words]] = {
    (Kind.BRING_IN, Verdict.OURS): _good(_("Can be brought in")),
    (Kind.BRING_IN, Verdict.FREE): _to_mend(
        _("Not claimed yet"), _("Import these rows as “Claim” to claim them.")
    ),
    (Kind.BRING_IN, Verdict.OTHER_SITE): _to_mend(
        _("At another site of yours"),
        _("Leave its site out to bring it in where it is, or import it as “Move”."),
    ),
    (Kind.MOVE, Verdict.OTHER_SITE): _good(_("Can be moved")),
    (Kind.MOVE, Verdict.OURS): _good(_("There already")),
    (Kind.MOVE, Verdict.FREE): _to_mend(
        _("Not claimed yet"), _("Import these rows as “Claim” to claim them.")
    ),
}
DONE: Final[dict[str, Text]] = {
    Kind.CLAIM: _("Claimed"),
    Kind.BRING_IN: _("Brought in"),
    Kind.MOVE: _("Moved"),
}
_OF_STATE: Final[dict[str, Words]] = {
    RowState.TO_DO: Words(Chip("working", "clock", _("Its turn comes"))),
    RowState.UNDER_WAY: Words(Chip("working", "working", _("Under way"))),
    RowState.WAITING: Words(
        Chip("attention", "clock", _("Waiting")), _("It goes on by itself. See the claim for why.")
    ),
}
_STOPPED: Final = _to_mend(_("Stopped"), _("It was not begun. Try again to go on."))


@dataclass(frozen=True, slots=True)
class Pile:
    """One of the piles, as a page counts it: by which name it is shown, and how many there are."""

    name: str
    word: Text
    kind: str
    number: int


def of_verdict(kind: str, verdict: str) -> Words:
    """Return what a row of this verdict is, in an import of this kind."""
    return _OF_KIND.get((kind, verdict)) or VERDICTS[verdict]


# What a claim ended with that the dry run has a word for as well.
_AS_VERDICTS: Final[dict[tuple[str, str], Verdict]] = {
    (ClaimState.CONFLICT, Reason.ANOTHER_SITE): Verdict.OTHER_SITE,
    (ClaimState.CONFLICT, Reason.ANOTHER_ORGANISATION): Verdict.FOREIGN,
    (ClaimState.NOT_FOUND, Reason.NONE): Verdict.UNKNOWN,
    (ClaimState.REJECTED, Reason.SUSPENDED): Verdict.SUSPENDED,
    (ClaimState.REJECTED, Reason.DECOMMISSIONED): Verdict.DECOMMISSIONED,
}


def of_row(kind: str, row: Row, *, for_admin: bool) -> Words:
    """Return how a row stands, and what its reader is to do about it."""
    if row.state in {RowState.NEW, RowState.PLANNED}:
        return of_verdict(kind, row.verdict if row.state == RowState.PLANNED else "")
    if row.state == RowState.DONE:
        return _good(DONE[kind])
    if row.state == RowState.ALREADY:
        return _good(_("Already so"))
    if row.state == RowState.NOT_DONE:
        return _of_cause(kind, row.cause, for_admin=for_admin)
    return _followed(row, for_admin=for_admin) or _OF_STATE[row.state]


def _of_cause(kind: str, cause: str, *, for_admin: bool) -> Words:
    if cause == STOPPED:
        return _STOPPED
    if ":" not in cause:
        return of_verdict(kind, cause)
    followed, state, reason = cause.split(":")
    if followed == moving.FOLLOWED:
        return _of_action(state, reason)
    if verdict := _AS_VERDICTS.get((state, reason)):
        return of_verdict(kind, verdict)
    return _of_claim(state, reason, for_admin=for_admin)


def _followed(row: Row, *, for_admin: bool) -> Words | None:
    """Return why a row waits, by the claim or the action that it became."""
    if row.state != RowState.WAITING:
        return None
    if row.claim is not None:
        return _of_claim(row.claim.state, row.claim.reason, for_admin=for_admin)
    if row.action is not None:
        return _of_action(row.action.state, row.action.reason)
    return None


def _of_claim(state: str, reason: str, *, for_admin: bool) -> Words:
    if reason == Reason.INVALID:
        # What SpKey has listed is on the claim's page, and not here.
        return Words(of_claims.words(state, reason).chip, _("Its claim says what is wrong."))
    if for_admin:
        words = reader_wording.for_administrator(state, reason, gettext("this person"))
    else:
        words = of_claims.words(state, reason)
    return Words(words.chip, words.text)


def _of_action(state: str, reason: str) -> Words:
    words = action_wording.words(HubAction(state=state, reason=reason))
    return Words(words.chip, words.text)


def carry_out(kind: str, number: int) -> str:
    """Return what the button says that has a plan carried out."""
    words = {
        Kind.CLAIM: ngettext("Claim %(n)d hub", "Claim %(n)d hubs", number),
        Kind.BRING_IN: ngettext("Bring in %(n)d hub", "Bring in %(n)d hubs", number),
        Kind.MOVE: ngettext("Move %(n)d hub", "Move %(n)d hubs", number),
    }
    return words[Kind(kind)] % {"n": number}


def plan_other(kind: str, number: int) -> str:
    """Return what the button says that makes a plan of another kind of some rows."""
    words = {
        Kind.MOVE: ngettext("Plan to move %(n)d hub", "Plan to move %(n)d hubs", number),
        Kind.CLAIM: ngettext("Plan to claim %(n)d hub", "Plan to claim %(n)d hubs", number),
    }
    return words[Kind(kind)] % {"n": number}


def outcome(kind: str, numbers: Mapping[str, int]) -> str:
    """Say in one sentence what came of an import: nothing is called done that was not."""
    done, waiting = numbers[RowState.DONE], numbers[RowState.WAITING]
    not_done, already = numbers[RowState.NOT_DONE], numbers[RowState.ALREADY]
    if not done and waiting:
        said = ngettext(
            "Nothing is done yet: %(n)d hub still waits.",
            "Nothing is done yet: %(n)d hubs still wait.",
            waiting,
        )
        return said % {"n": waiting}
    if not done and not_done:
        return gettext("Nothing was done. Each row says why.")
    if not done:
        return gettext("Nothing was done: all of it was so already.")
    words = {
        Kind.CLAIM: ngettext("%(n)d hub is claimed.", "%(n)d hubs are claimed.", done),
        Kind.BRING_IN: ngettext("%(n)d hub is brought in.", "%(n)d hubs are brought in.", done),
        Kind.MOVE: ngettext("%(n)d hub is moved.", "%(n)d hubs are moved.", done),
    }
    parts = [words[Kind(kind)] % {"n": done}]
    if already:
        parts.append(
            ngettext("%(n)d was so already.", "%(n)d were so already.", already) % {"n": already}
        )
    if waiting:
        parts.append(ngettext("%(n)d still waits.", "%(n)d still wait.", waiting) % {"n": waiting})
    if not_done:
        parts.append(
            ngettext("%(n)d was not done.", "%(n)d were not done.", not_done) % {"n": not_done}
        )
    return " ".join(parts)
