"""Whose right it is to do something in an organisation that a request names."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership


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


def test_another_organisation_answers_as_one_that_does_not_exist(ira, harbour):
    for organisation in (harbour.pk, uuid4()):
        with pytest.raises(Http404):
            access.require(ira, organisation, Ability.CLAIM)
