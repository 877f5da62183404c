"""Who scanned a hub that cannot be claimed has the administrators told of it, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.claims import telling
from portal.claims.models import Claim, SentHub
from portal.hubs.models import Hub
from portal.moves import asking
from portal.moves.asking import Wish
from portal.notices import topics
from portal.notices.models import Notice
from portal.notices.topics import Topic
from portal.sandbox import world
from tests.claims.states import put
from tests.conftest import work
from tests.forms import FRAGMENT
from tests.notices.conftest import post
from tests.tray.conftest import HUB, Tablet

MAGIC = {name: hub.id for name, hub in world.MAGIC.items()}
# What is somebody else's, support is asked for: see below.
REFUSED = ("suspended", "unknown")


def looked_up(tablet, row):
    """What is told of the row once its hub was looked up."""
    tablet.sync(row)
    return dict(tablet.after_work(row))


@pytest.mark.parametrize("name", REFUSED)
def test_administrators_are_told_once_of_a_hub_that_cannot_be_claimed(
    tablet, mill_court, sandbox, ada, ira, mailoutbox, name
):
    row = tablet.row(MAGIC[name], mill_court)
    found = looked_up(tablet, row)
    assert found["actions"] == ["tell"]
    told = dict(tablet.news(row | {"action": "tell", "seen": ""}))
    tablet.sync(row | {"action": "tell", "seen": ""})
    post()

    assert told["actions"] == []
    assert told["text"].endswith("Your administrators are told of it.")
    (email,) = mailoutbox
    assert email.to == [ada.email]
    assert f"{ira.display_name} could not claim hub …{MAGIC[name][-4:].upper()}" in email.subject
    assert MAGIC[name] in email.body
    assert "Mill Court" in email.body
    sent = SentHub.objects.get()
    assert f"/claims/sent/{sent.pk}/?organisation={sent.organisation_id}\n" in email.body


def test_an_administrator_is_offered_nothing_of_the_kind(as_person, ada, acme, mill_court, sandbox):
    tablet = Tablet(as_person(ada), ada, acme)
    row = tablet.row(MAGIC["suspended"], mill_court)
    assert looked_up(tablet, row)["actions"] == []
    tablet.sync(row | {"action": "tell", "seen": ""})
    assert not Notice.objects.exists()


def test_nobody_is_told_of_a_hub_that_can_be_claimed(tablet, mill_court, sandbox):
    row = tablet.row(HUB, mill_court)
    looked_up(tablet, row)
    tablet.sync(row | {"action": "tell", "seen": ""})
    assert not Notice.objects.exists()


def tap(tablet, row):
    return dict(tablet.news(row | {"action": "tell", "seen": ""}))


def test_whoever_has_told_of_too_many_today_is_told_so(
    tablet, mill_court, sandbox, ada, monkeypatch
):
    monkeypatch.setattr(telling, "A_DAY", replace(telling.A_DAY, most=0))
    row = tablet.row(MAGIC["suspended"], mill_court)
    looked_up(tablet, row)
    answer = tap(tablet, row)

    assert answer["text"].endswith("You can send this one tomorrow.")
    assert answer["actions"] == []
    assert not Notice.objects.exists()


def test_taps_that_are_repeated_use_nothing_up(tablet, mill_court, sandbox, ada, monkeypatch):
    monkeypatch.setattr(telling, "A_DAY", replace(telling.A_DAY, most=1))
    row = tablet.row(MAGIC["suspended"], mill_court)
    looked_up(tablet, row)
    texts = {tap(tablet, row)["text"] for _ in range(3)}

    assert len(texts) == 1
    assert texts.pop().endswith("Your administrators are told of it.")


def choose(person, how: str) -> None:
    topics.choose(person.memberships.get(), {Topic.REQUESTS: how})


def test_who_wants_no_such_email_is_told_on_the_first_page(tablet, mill_court, sandbox, ada):
    choose(ada, "off")
    row = tablet.row(MAGIC["unknown"], mill_court)
    looked_up(tablet, row)

    assert tap(tablet, row)["text"].endswith("Your administrators are told of it.")
    assert not Notice.objects.exists()
    assert SentHub.objects.get().site == mill_court


def test_where_there_is_no_administrator_that_is_said(tablet, mill_court, sandbox):
    row = tablet.row(MAGIC["unknown"], mill_court)
    looked_up(tablet, row)
    answer = tap(tablet, row)

    assert answer["text"].endswith("Tell whoever runs it.")
    assert not SentHub.objects.exists()


def test_who_has_such_news_in_a_digest_is_told(tablet, mill_court, sandbox, ada):
    choose(ada, "digest")
    row = tablet.row(MAGIC["unknown"], mill_court)
    looked_up(tablet, row)

    assert tap(tablet, row)["text"].endswith("Your administrators are told of it.")
    assert Notice.objects.get().digest is not None


def test_another_reason_is_told_of_as_well(tablet, mill_court, sandbox, ada):
    row = tablet.row(MAGIC["suspended"], mill_court)
    looked_up(tablet, row)
    tap(tablet, row)
    Hub.objects.update(status="Decommissioned")
    assert dict(tablet.news(row | {"seen": ""}))["actions"] == ["tell"]
    tap(tablet, row)
    assert Notice.objects.count() == 2


def test_another_day_is_another_occasion(tablet, mill_court, sandbox, ada):
    row = tablet.row(MAGIC["suspended"], mill_court)
    looked_up(tablet, row)
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        tap(tablet, row)
    tap(tablet, row)
    assert Notice.objects.count() == 2


def refused(tablet, mill_court, name):
    """A row that was confirmed at once, and whose claim was refused: with its claim."""
    row = tablet.row(MAGIC[name], mill_court, claim=True)
    tablet.sync(row)
    claim = work(Claim.objects.get())
    assert claim.state in {"conflict", "not_found", "rejected"}
    return row | {"claimId": str(claim.pk)}, claim


@pytest.mark.parametrize("name", REFUSED)
def test_a_claim_that_was_refused_is_told_of_with_its_number(
    tablet, mill_court, sandbox, ada, mailoutbox, name
):
    row, claim = refused(tablet, mill_court, name)
    assert "tell" in tablet.news(row)["actions"]
    told = tap(tablet, row)
    tap(tablet, row)
    post()

    assert "tell" not in told["actions"]
    assert told["text"].endswith("Your administrators are told of it.")
    (email,) = [each for each in mailoutbox if "could not claim hub" in each.subject]
    assert f"See claim {claim.number}" in email.body
    assert f"/claims/{claim.pk}/?organisation={claim.organisation_id}\n" in email.body


def test_a_claim_of_a_hub_at_another_site_is_asked_to_be_moved_instead(tablet, mill_court, sandbox):
    row, claim = refused(tablet, mill_court, "other_site")
    assert claim.reason == "another_site"
    assert "tell" not in tablet.news(row)["actions"]
    tap(tablet, row)
    assert not Notice.objects.filter(kind="hub_refused").exists()


@pytest.mark.parametrize("state", ["waiting", "claimed", "expired", "cancelled"])
def test_a_claim_that_was_not_refused_has_nothing_to_tell(tablet, mill_court, sandbox, state):
    row = tablet.row(HUB, mill_court, claim=True)
    tablet.sync(row)
    claim = put(Claim.objects.get(), state)
    row |= {"claimId": str(claim.pk)}
    assert "tell" not in tablet.news(row)["actions"]
    tap(tablet, row)
    assert not Notice.objects.filter(kind="hub_refused").exists()


# What is somebody else's, support is asked for there: `tests/moves/web/test_one_way_out.py`.
@pytest.mark.parametrize("name", ["suspended", "unknown"])
def test_the_claims_page_sends_it_to_the_administrator(
    tablet, installer, ada, as_person, mill_court, sandbox, name
):
    _row, claim = refused(tablet, mill_court, name)
    address = f"/claims/{claim.pk}/"
    assert 'id="tell"' in installer.get(address).content.decode()
    assert 'id="tell"' not in as_person(ada).get(address).content.decode()
    shown = installer.post(f"{address}tell/", headers=FRAGMENT).content.decode()

    assert "Your administrators are told of it." in shown
    assert 'id="tell"' not in shown
    assert Notice.objects.filter(kind="hub_refused", facts__claim=str(claim.pk)).count() == 1


def test_the_claims_page_says_when_nobody_can_be_told(tablet, installer, mill_court, sandbox):
    _row, claim = refused(tablet, mill_court, "unknown")
    shown = installer.post(f"/claims/{claim.pk}/tell/", headers=FRAGMENT).content.decode()

    assert "Tell whoever runs it." in shown


@pytest.fixture(params=["looked up", "claimed"])
def elsewhere(request, tablet, mill_court, sandbox):
    """A row of a hub that is somebody else's, looked up or claimed."""
    if request.param == "claimed":
        row, _claim = refused(tablet, mill_court, "claimed_elsewhere")
        return row
    return tablet.row(MAGIC["claimed_elsewhere"], mill_court)


def the_hub():
    return Hub.objects.get(hub_id=MAGIC["claimed_elsewhere"])


def test_a_row_of_somebody_elses_hub_leads_to_support_alone(tablet, elsewhere):
    found = looked_up(tablet, elsewhere)

    assert found["askUrl"]
    assert "tell" not in found["actions"]
    assert found["text"].endswith("If they agree, ask support for it here.")
    assert "administrator" not in found["text"]


@pytest.mark.parametrize("state", ["withdrawn", "declined", "not_needed"])
def test_a_row_that_may_be_asked_for_again_leads_to_support_alone(
    tablet, ira, ada, mill_court, elsewhere, state
):
    looked_up(tablet, elsewhere)
    wish = Wish(the_hub(), mill_court, "It hangs in our riser now")
    asked = asking.ask(ira.memberships.get(), wish)
    why = {"decided_by": ada, "sentence": "It is theirs"} if state == "declined" else {}
    type(asked).objects.update(state=state, ended_at=timezone.now(), **why)
    found = dict(tablet.news(elsewhere))

    assert found["askUrl"]
    assert "tell" not in found["actions"]


def test_where_support_cannot_be_asked_the_administrator_still_is_the_way(
    tablet, mill_court, sandbox
):
    row, _claim = refused(tablet, mill_court, "claimed_elsewhere")
    Hub.objects.update(binding="unknown")
    found = dict(tablet.news(row))

    assert not found["askUrl"]
    assert "tell" in found["actions"]
    assert "administrator" in found["text"]


def test_a_row_that_support_is_asked_for_names_nobody_else(tablet, ira, mill_court, elsewhere):
    looked_up(tablet, elsewhere)
    asking.ask(ira.memberships.get(), Wish(the_hub(), mill_court, "It hangs in our riser now"))

    assert dict(tablet.news(elsewhere))["text"] == "Support is asked to get it for you."
