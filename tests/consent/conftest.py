"""An agent, whom they act for, and what lets them."""

import pytest

from portal.consent import giving
from portal.consent.models import Grant, Scope
from portal.orgs.models import Membership
from tests.conftest import join, make_person


@pytest.fixture
def admin(ada) -> Membership:
    """Ada's place in Acme, which she administers."""
    return ada.memberships.get()


@pytest.fixture
def sams(sam) -> Membership:
    """Sam's place in SpKey Support, as an agent."""
    return sam.memberships.get()


@pytest.fixture
def sue(spkey_support) -> Membership:
    """Another agent's place in SpKey Support."""
    return join(make_person("second@support.example", "Sue"), spkey_support, support=True)


@pytest.fixture
def lead(spkey_support) -> Membership:
    """Lea leads SpKey Support, and is no agent."""
    return join(make_person("lead@support.example", "Lea Lead"), spkey_support, "admin")


@pytest.fixture
def consent(admin, spkey_support) -> Grant:
    """Acme lets SpKey Support in for a day, at all sites, for claims."""
    return giving.give(admin, spkey_support, Scope())
