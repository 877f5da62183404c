"""Whose right it is to do something in an organisation that a request names."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, User
from tests.conftest import join


def test_a_member_with_the_right_is_given_their_membership(ira, acme):
    member = access.require(ira, acme.pk, Ability.CLAIM)

    assert (member.user, member.organisation) == (ira, acme)


def test_a_member_without_the_right_is_refused(ira, acme):
    with pytest.raises(PermissionDenied):
        access.require(ira, acme.pk, Ability.MANAGE_KEY)


def test_a_member_whose_membership_has_expired_is_refused(ira, acme):
    Membership.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(PermissionDenied):
        access.require(ira, acme.pk, Ability.CLAIM)


def test_memberships_know_their_person_organisation_and_key(
    ira, acme, harbour, django_assert_num_queries
):
    join(ira, harbour, "viewer")
    with django_assert_num_queries(1):
        found = {each.organisation.name: each for each in access.memberships(ira)}
        assert set(found) == {"Acme Properties", "Harbour Living"}
        assert {each.user for each in found.values()} == {ira}
        assert found["Acme Properties"].organisation.stored_credential is not None
    assert access.membership_in(ira, harbour) == found["Harbour Living"]


@pytest.mark.parametrize("ends", ["expired", "deactivated", "removed"])
def test_a_membership_counts_no_more_from_its_end_on(ends, ira, acme):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        Membership.objects.update(expires_at=now + timedelta(milliseconds=2))
        assert access.membership_in(ira, acme) is not None
        match ends:
            case "expired":
                clock.shift(timedelta(milliseconds=2))
            case "deactivated":
                User.objects.update(is_active=False)
            case "removed":
                Membership.objects.all().delete()
        assert access.membership_in(ira, acme) is None
        assert access.memberships(ira) == []


def test_another_organisation_answers_as_one_that_does_not_exist(ira, harbour):
    for organisation in (harbour.pk, uuid4()):
        with pytest.raises(Http404):
            access.require(ira, organisation, Ability.CLAIM)
