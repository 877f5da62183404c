"""Who scanned a hub that cannot be claimed has the administrators told of it, once."""

from types import SimpleNamespace

import pytest

from portal.core.throttle import LimitReachedError
from portal.notices.models import Notice
from portal.sandbox import world
from portal.tray import telling
from tests.notices.conftest import post
from tests.tray.conftest import HUB, Tablet

MAGIC = {name: hub.id for name, hub in world.MAGIC.items()}
REFUSED = ("claimed_elsewhere", "suspended", "unknown")


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
    assert f"/claims/new/?label={MAGIC[name]}&site={mill_court.pk}" in email.body


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


def test_whoever_has_told_of_too_many_today_finds_it_still_offered(
    tablet, mill_court, sandbox, monkeypatch
):
    def refuse(_whom):
        raise LimitReachedError(60)

    monkeypatch.setattr(telling, "A_DAY", SimpleNamespace(take=refuse))
    row = tablet.row(MAGIC["suspended"], mill_court)
    looked_up(tablet, row)

    assert tablet.news(row | {"action": "tell", "seen": ""})["actions"] == ["tell"]
    assert not Notice.objects.exists()
