"""What a row is: judged in the dry run, and again, by the same rules, when its turn comes."""

from dataclasses import dataclass

from portal.hubs import status
from portal.hubs.models import Hub
from portal.imports import writing
from portal.imports.models import Kind, Row, Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """A hub as SpKey has just shown it: whose it is, in which state, and of ours, where."""

    binding: str
    status: str = ""
    site_id: str = ""


OUT_OF_SERVICE = {
    status.SUSPENDED: Verdict.SUSPENDED,
    status.DECOMMISSIONED: Verdict.DECOMMISSIONED,
}
NOT_OURS = {
    Hub.Binding.MISSING: Verdict.UNKNOWN,
    Hub.Binding.OTHER: Verdict.FOREIGN,
}


def judge(
    kind: str,
    row: Row,
    seen: Seen,
    *,
    site_id: str,
    site_verdict: Verdict,
    kept: Hub | None,
) -> Verdict:
    """Return what the row is.

    `site_id` is the SpKey id of the site that it means, "" for none; `site_verdict` is what is in
    the way of using that. `kept` is the hub as the portal has it, None where it does not.
    """
    if seen.binding in NOT_OURS:
        return NOT_OURS[Hub.Binding(seen.binding)]
    is_ours = seen.binding == Hub.Binding.OURS
    if seen.status in OUT_OF_SERVICE and not (is_ours and kind == Kind.BRING_IN):
        return OUT_OF_SERVICE[seen.status]
    if site_verdict == Verdict.NO_RIGHT:
        return site_verdict
    if kind == Kind.BRING_IN:
        return _to_bring_in(row, seen, site_id, site_verdict, kept) if is_ours else Verdict.FREE
    if site_verdict:
        return site_verdict
    if not is_ours:
        return Verdict.FREE
    return Verdict.OURS if seen.site_id == site_id else Verdict.OTHER_SITE


def _to_bring_in(
    row: Row, seen: Seen, site_id: str, site_verdict: Verdict, kept: Hub | None
) -> Verdict:
    """Return what a hub of ours is that is to be brought in: where it is, whatever the row says."""
    if row.site_text and site_verdict and site_verdict != Verdict.SITE_ARCHIVED:
        return site_verdict
    if row.site_text and site_id != seen.site_id:
        return Verdict.OTHER_SITE
    return Verdict.KEPT if kept is not None and is_as_kept(row, seen, kept) else Verdict.OURS


def is_as_kept(row: Row, seen: Seen, kept: Hub) -> bool:
    """Whether the portal has the hub already, just as the row says."""
    is_known = kept.binding == Hub.Binding.OURS and kept.spkey_site_id == seen.site_id
    words = writing.words_of(row).items()
    return is_known and all(not text or text == getattr(kept, name) for name, text in words)
