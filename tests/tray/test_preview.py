"""What the tray says of a hub before it is claimed is what the claim would be decided as."""

from collections.abc import Iterator
from itertools import product

import pytest

from portal import spkey
from portal.claims.engine import decide
from portal.claims.engine.calls import CallOutcome, Reading
from portal.claims.engine.decide import Decision
from portal.claims.models import FINAL
from portal.hubs import status
from portal.hubs.models import Hub
from portal.orgs.models import Organisation
from portal.sites.models import Site
from portal.tray.display import news
from portal.tray.results import Lookup
from portal.tray.schema import News, Outcome
from tests.claims.engine.facts import FRESH, NOW, OUR_SITE, OURS, fails, read_as

SITES = (OUR_SITE, "another", "")


@pytest.fixture
def hub(db) -> Hub:
    """A hub that nobody has read yet, of the organisation that the facts speak of."""
    organisation = Organisation.objects.create(name="Acme", spkey_org_id=OURS)
    return Hub.objects.create(organisation=organisation, hub_id=FRESH.hub_id)


def readings() -> Iterator[Reading]:
    """Every answer about a hub: whose it is, its status, where it is, and whether it is online."""
    owners = ("", OURS, "others")
    for each in product(spkey.HUB_STATUSES, owners, SITES, (None, False, True)):
        yield read_as(*each)


def preview(hub: Hub, site_id: str | None = OUR_SITE) -> News:
    """What a row says of the hub that is to be claimed at this site."""
    site = None if site_id is None else Site(spkey_site_id=site_id)
    return news.of(Lookup(hub, site, hub.spkey_site_id, ""))


def promised(decision: Decision) -> tuple[bool, Outcome]:
    """Whether the hub can be claimed, and what the row says, going by the claim's decision."""
    if decision.state not in FINAL:
        return True, Outcome.READY
    return False, news.outcome_of_state(decision.state, decision.reason)


def test_a_preview_agrees_with_the_decision_about_a_claim(hub):
    disagreements = []
    for reading in readings():
        status.record(hub, reading.hub)
        previewed = preview(hub)
        wanted = promised(decide.after_read(FRESH, reading, NOW))
        if (previewed.can_claim, previewed.outcome) != wanted:
            disagreements.append((reading.hub, previewed, wanted))

    assert len(list(readings())) == 108
    assert disagreements == []


def test_a_hub_that_spkey_does_not_know_is_previewed_as_its_claim_would_end(hub):
    status.record_missing(hub)
    previewed = preview(hub)

    missing = decide.after_read(FRESH, fails(CallOutcome.NOT_FOUND), NOW)
    assert (previewed.can_claim, previewed.outcome) == promised(missing) == (False, Outcome.REFUSED)


def test_every_preview_outcome_is_met_by_some_reading(hub):
    met = set()
    for reading in readings():
        status.record(hub, reading.hub)
        met |= {preview(hub).outcome, preview(hub, None).outcome}

    assert met == {
        Outcome.READY,
        Outcome.HERE,
        Outcome.YOURS,
        Outcome.ELSEWHERE,
        Outcome.REFUSED,
    }


def test_a_hub_of_ours_is_never_here_while_no_site_is_picked(hub):
    for at in SITES:
        status.record(hub, read_as("Claimed", OURS, at).hub)
        assert preview(hub, None).outcome == Outcome.YOURS


def test_an_undocumented_status_is_previewed_as_unknown(hub):
    for binding in (Hub.Binding.FREE, Hub.Binding.OURS):
        hub.binding, hub.status, hub.spkey_site_id = binding, "Loaned", OUR_SITE
        previewed = preview(hub)

        assert (previewed.can_claim, previewed.outcome) == (True, Outcome.UNKNOWN)
