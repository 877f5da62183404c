"""Jobs that tests speak of."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.jobs import planning
from portal.jobs.models import Job
from portal.jobs.planning import Plan
from portal.orgs.models import Membership

DAY = timedelta(days=1)


def plan(site, *people, first=0, last=6, **fields) -> Plan:
    """A plan whose window lies so many days from today."""
    today = timezone.localdate()
    return Plan(site, today + first * DAY, today + last * DAY, people=people, **fields)


def make(site, actor, *people, **fields) -> Job:
    return planning.make(plan(site, *people, **fields), actor)


@pytest.fixture
def iras(ira) -> Membership:
    """Ira's membership, limited to jobs."""
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    return member


@pytest.fixture
def job(iras, ada, mill_court) -> Job:
    """A job of today at Mill Court that names Ira, who may claim by jobs alone."""
    return make(mill_court, ada, iras, reference="WO-17", expected_count=3)
