"""Invitations, and who else runs Acme."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from portal.orgs import invitations
from portal.orgs.models import Invitation, Organisation, User
from tests.conftest import join, make_person

NEW = "new@elsewhere.example"


@pytest.fixture
def abe(acme) -> User:
    """Abe administers Acme beside Ada."""
    person = make_person("abe@acme.example", "Abe Admin")
    join(person, acme, "admin")
    return person


@pytest.fixture
def invite(acme, ada) -> Callable[..., Invitation]:
    """Invites an address, to Acme by Ada unless said otherwise."""

    def invite(
        address: str = NEW, organisation: Organisation = acme, actor: User = ada, **how: object
    ) -> Invitation:
        said = {"role": "installer", "all_sites": True, **how}
        return invitations.invite(organisation, address, actor=actor, **said)

    return invite


def link(invitation: Invitation) -> str:
    """The address of the invitation's page."""
    return reverse("invitation", args=(invitations.token_of(invitation),))
