"""The three accounts of one run, side by side: what people were told, the rows, and SpKey's log."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from bench import place
from chaos.ledger import DATABASES_ENDED, Ledger
from portal.audit.models import Entry
from portal.claims.models import ACTIVE, SUCCEEDED, Attempt, Claim
from portal.notices.models import Notice

LOGGED_ERROR = re.compile(r"^(ERROR|CRITICAL|Traceback)|\[(ERROR|CRITICAL)\]")
# A 503 and a 403 are answers that people were given, and looked at as such.
ANSWERED = re.compile("Service Unavailable|Permission denied")
# Of work that the database's end has cut off: whoever holds the row next goes on from it.
CUT_OFF = re.compile(r"^django\.db\.utils\.(Operational|Interface)Error", re.MULTILINE)
NEXT_EVENT = re.compile(r"^(DEBUG|INFO|WARNING|ERROR|CRITICAL) ")
LINES_OF_CONTEXT = 60

type Json = dict[str, Any]
type Binding = tuple[str, str, str]  # hub id, SpKey organisation id, SpKey site id


@dataclass(frozen=True)
class Accounts:
    """`claims` by id, each with its organisations and attempts; `log` is the sandbox's.

    `keys` maps SpKey organisation ids to the names of their keys at the sandbox;
    `logged_errors` are what the portal's processes logged, with the lines around it.
    """

    ledger: Ledger
    keys: dict[str, str]
    log: Json
    claims: dict[str, Claim]
    entries: list[Entry]
    notices: list[Notice]
    logged_errors: list[str]

    @cached_property
    def effects(self) -> list[Json]:
        """The events of claims that took effect."""
        return [event for event in self.log["events"] if event["type"] == "HubClaimed"]

    @cached_property
    def sends(self) -> list[Json]:
        """The claims that arrived at the API, whatever became of them."""
        return [one for one in self.log["requests"] if one["path"].endswith("/ClaimHub")]

    @cached_property
    def by_hub(self) -> dict[str, list[Claim]]:
        """Our claims of each hub."""
        found: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.claims.values():
            found[claim.hub_id_text].append(claim)
        return found

    @cached_property
    def effective(self) -> dict[Binding, Json]:
        """The events, by what they bound."""
        return {
            (event["hub_id"], event["data"]["orgId"], event["data"]["siteId"]): event
            for event in self.effects
        }

    @cached_property
    def ends(self) -> dict[str, list[Entry]]:
        """The audit rows that say how a claim ended, by the claim's id."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.verb == "claim.ended":
                found[entry.object_id].append(entry)
        return found

    def key_of(self, claim: Claim) -> str:
        """Return the name of the one key that may serve the claim."""
        credential_owner = claim.acting_organisation or claim.organisation
        return self.keys[credential_owner.spkey_org_id]

    def took_effect(self, claim: Claim) -> bool:
        """Say whether SpKey has the hub as this claim's organisation's, at its site."""
        return binding(claim) in self.effective

    def wire_sends(self) -> Counter[tuple[str, str]]:
        """Count the sends that arrived, by hub and key."""
        return Counter((hub_of(send), send["key"]) for send in self.sends)


def read(ledger: Ledger, keys: dict[str, str], log: Json) -> Accounts:
    """Read the rows, and lay everything side by side."""
    claims = Claim.objects.select_related(
        "organisation", "acting_organisation", "submitted_by"
    ).prefetch_related("attempts")
    return Accounts(
        ledger,
        keys,
        log,
        {str(claim.pk): claim for claim in claims},
        list(Entry.objects.order_by("at")),
        list(Notice.objects.select_related("organisation", "user")),
        list(_logged_errors(database_ended=bool(ledger.counts[DATABASES_ENDED]))),
    )


def _logged_errors(*, database_ended: bool) -> Iterator[str]:
    for log in sorted(place.folder().glob("w*.log")):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines):
            is_answer = ANSWERED.search("\n".join(lines[max(0, number - 1) : number + 1]))
            is_cut_off = database_ended and CUT_OFF.search(_event(lines, number))
            if LOGGED_ERROR.search(line) and not is_answer and not is_cut_off:
                around = lines[max(0, number - 2) : number + LINES_OF_CONTEXT]
                yield "\n  ".join([f"{log.stem}:", *around])


def _event(lines: list[str], first: int) -> str:
    """Return what was logged at once, from that line on: the traceback with its last line."""
    later = enumerate(lines[first + 1 :], first + 1)
    end = next((number for number, line in later if NEXT_EVENT.search(line)), len(lines))
    return "\n".join(lines[first:end])


def binding(claim: Claim) -> Binding:
    """Return what the claim binds when it takes effect."""
    return claim.hub_id_text, claim.organisation.spkey_org_id, claim.spkey_site_id


def hub_of(request: Json) -> str:
    """Return the id of the hub that a request is about."""
    return str(request["path"].split("/")[2])


def sends_of(claim: Claim) -> list[Attempt]:
    """Return the claim's sends, by its attempts."""
    return [one for one in claim.attempts.all() if one.kind == Attempt.Kind.SEND]


def ended_badly(claim: Claim) -> bool:
    """Say whether the claim ended otherwise than with the hub claimed."""
    return claim.state not in ACTIVE and claim.state not in SUCCEEDED


def unsent_notices() -> QuerySet[Notice]:
    """Return the notices that are still to be sent, but those that wait for an hour to be over."""
    together = (Notice.Kind.GAVE_UP, Notice.Kind.WAITS)
    return Notice.objects.filter(sent_at=None, given_up_at=None).exclude(kind__in=together)


def unreported_effects(accounts: Accounts) -> list[Claim]:
    """Return the claims that ended badly after a send, whose hub is theirs all the same.

    As long as nobody has found that out, and no other claim of theirs says it is claimed.
    """
    reported = {
        binding(claim)
        for claim in accounts.claims.values()
        if claim.state == "claimed" or claim.late_effect_at is not None
    }
    return [
        claim
        for claim in accounts.claims.values()
        if claim.sends
        and ended_badly(claim)
        and accounts.took_effect(claim)
        and binding(claim) not in reported
    ]
