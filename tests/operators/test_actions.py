"""Operators look at what was done to hubs, as its administrators read it."""

import pytest
from django.utils import timezone

from portal.hubs.actions.models import HubAction, HubActionAttempt, Kind
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.operators.conftest import address

HUB = world.MAGIC["ours"].id


@pytest.fixture
def refused(acme, ada) -> HubAction:
    """A suspension that SpKey refused, with its call."""
    hub = Hub.objects.create(organisation=acme, hub_id=HUB, binding=Hub.Binding.OURS)
    action = HubAction.objects.create(
        organisation=acme,
        hub=hub,
        kind=Kind.SUSPEND,
        because="Stolen from the riser",
        asked_by=ada,
        submission="00000000-0000-4000-8000-000000000001",
        state="refused",
        reason="against_rules",
        reference="SP-4711",
        finished_at=timezone.now(),
    )
    HubActionAttempt.objects.create(
        action=action, number=1, epoch=1, kind="send", outcome="rules", http_status=422
    )
    return action


@pytest.mark.parametrize(("text", "found"), [("SP-4711", 1), (HUB, 1), (HUB[-6:], 1), ("SP-4", 0)])
def test_an_action_is_found_by_its_reference_and_by_its_hub(text, found, refused, operator):
    page = operator.get(address(HubAction, "changelist"), {"q": text})

    assert page.context["cl"].result_count == found


def test_the_page_of_an_action_says_what_came_of_it_and_shows_its_calls(refused, operator):
    page = operator.get(address(HubAction, "change", refused.pk)).text

    for said in ("Suspend", "Stolen from the riser", "SP-4711", "422"):
        assert said in page


def test_nobody_changes_an_action_by_hand(refused, operator):
    assert operator.post(address(HubAction, "change", refused.pk), {}).status_code == 403
    assert operator.get(address(HubAction, "add")).status_code == 403
