"""The run in numbers, and the attempts of the claims in which two accounts differ."""

from collections import Counter
from collections.abc import Iterator

from chaos.accounts import Accounts, hub_of, sends_of
from chaos.reconcile import Difference
from portal.claims.models import Claim


def numbers(accounts: Accounts) -> dict[str, int]:
    """Return what happened, in the order in which it is shown."""
    claims = list(accounts.claims.values())
    sends = [send for claim in claims for send in sends_of(claim)]
    states = Counter(f"claims {claim.state.replace('_', ' ')}" for claim in claims)
    outcomes = Counter(f"sends {send.outcome or 'open'}" for send in sends)
    return {
        **dict(sorted(accounts.ledger.counts.items())),
        "forms answered with a claim": sum(map(len, accounts.ledger.accepted.values())),
        "forms refused": len(accounts.ledger.refused),
        "claims accepted (the ledger)": len(accounts.ledger.accepted),
        "claims (the rows)": len(claims),
        **dict(sorted(states.items())),
        "claims by support": sum(claim.by_support for claim in claims),
        "claims that took effect late": sum(claim.late_effect_at is not None for claim in claims),
        "requests at the API": len(accounts.log["requests"]),
        "sends at the API": len(accounts.sends),
        "sends attempted": len(sends),
        **{f"  {name}": count for name, count in sorted(outcomes.items())},
        "hubs claimed (SpKey's own log)": len(accounts.effects),
        "notices": len(accounts.notices),
    }


def table(rows: dict[str, int]) -> str:
    """Return the rows as two columns in plain text."""
    width = max(map(len, rows))
    return "\n".join(f"{name.ljust(width)}  {count:>6}" for name, count in rows.items())


def call_records(accounts: Accounts, found: dict[str, list[Difference]]) -> Iterator[str]:
    """Yield the lines that tell each difference and all that is known of its claims."""
    for check, differences in found.items():
        for difference in differences:
            yield f"\n{check.upper()}: {difference.what}"
            for claim in difference.claims:
                yield from _call_record(accounts, claim)


def _call_record(accounts: Accounts, claim: Claim) -> Iterator[str]:
    by = f" by {claim.acting_organisation}" if claim.acting_organisation else ""
    yield f"  claim {claim.pk} of hub {claim.hub_id_text}"
    yield f"    for {claim.organisation}{by} at {claim.spkey_site_id}, {claim.submitted_by}"
    yield f"    {claim.state}/{claim.reason} sends={claim.sends} epoch={claim.epoch}"
    yield f"    created={claim.created_at} finished={claim.finished_at}"
    yield f"    next={claim.due_at} lease={claim.lease_until}"
    yield f"    unresolved={claim.outcome_unknown_since} settled={claim.no_effect_seen_at}"
    yield f"    cancel={claim.cancel_requested_at} late effect={claim.late_effect_at}"
    for at, text in sorted(
        [*_attempts(accounts, claim), *_audit(accounts, claim), *_at_spkey(accounts, claim)]
    ):
        yield f"    {at:.3f} {text}"


def _attempts(accounts: Accounts, claim: Claim) -> Iterator[tuple[float, str]]:
    for one in claim.attempts.all():
        took = f"{one.http_status or '-'} {one.duration_ms or '-'} ms"
        text = f"{one.kind} {one.number} epoch {one.epoch}: {one.outcome or 'open'} {took}"
        yield accounts.ledger.clock.truly(one.started_at).timestamp(), text


def _audit(accounts: Accounts, claim: Claim) -> Iterator[tuple[float, str]]:
    for entry in accounts.entries:
        if entry.object_id == str(claim.pk):
            at = accounts.ledger.clock.truly(entry.at).timestamp()
            yield at, f"audit {entry.verb} {entry.detail}"


def _at_spkey(accounts: Accounts, claim: Claim) -> Iterator[tuple[float, str]]:
    for request in accounts.log["requests"]:
        if request["path"].startswith("/hubs/") and hub_of(request) == claim.hub_id_text:
            answer = f"{request['key']} → {request['status'] or 'no answer'}"
            yield request["at"], f"SpKey: {request['method']} {request['path']} {answer}"
    for event in accounts.log["events"]:
        if event["hub_id"] == claim.hub_id_text:
            yield event["at"], f"SpKey: {event['type']} {event['key']} {event['data']}"
