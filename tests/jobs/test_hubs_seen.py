"""Which hubs somebody sees: all of the organisation's, or those of their jobs and their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.hubs.models import Hub
from portal.jobs import planning, rights
from portal.jobs.models import Job
from portal.jobs.planning import Plan
from tests.conftest import join, make_person
from tests.hubs.own_hubs import make_own_hub


@pytest.fixture
def omar(acme):
    """Omar is limited to jobs."""
    person = make_person("omar@acme.example", "Omar")
    return join(person, acme, all_sites=False)


@pytest.fixture
def seen():
    def seen_by(member):
        names = {hub.place for hub in rights.hubs_of(member)}
        assert names == {hub.place for hub in rights.hubs_visible_to(member.user)}
        return names

    return seen_by


def test_hubs_are_seen_by_who_works_there_or_claimed_them(
    acme, harbour, ada, ira, hal, omar, mill_court, orchard_rise, lighthouse, seen
):
    make_own_hub(mill_court, place="of the job")
    make_own_hub(orchard_rise, place="elsewhere")
    make_own_hub(orchard_rise, place="claimed", claimed_by=omar.user)
    make_own_hub(acme, place="nowhere")
    make_own_hub(lighthouse, place="Harbour's")
    Hub.objects.create(organisation=acme, hub_id=acme.pk, place="looked up", claimed_by=omar.user)
    today = timezone.localdate()
    job = planning.make(Plan(mill_court, today, today, people=[omar]), ada)

    everything = {"of the job", "elsewhere", "claimed", "nowhere"}
    assert seen(ada.memberships.get()) == seen(ira.memberships.get()) == everything
    assert seen(hal.memberships.get()) == {"Harbour's"}
    assert seen(omar) == {"of the job", "claimed"}

    long_ago = today - timedelta(days=9)
    Job.objects.filter(pk=job.pk).update(starts_on=long_ago, ends_on=long_ago)
    assert seen(omar) == {"claimed"}
