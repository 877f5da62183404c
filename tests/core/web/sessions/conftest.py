"""A page that polls, and signing in to it through the login page."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.forms import FRAGMENT


@pytest.fixture
def claim_page(claim) -> str:
    """A page that polls."""
    return reverse("claims:detail", args=(claim.pk,))


def sign_in(client: Client, person, following: str = ""):
    form = {"login": person.email, "password": PASSWORD, "next": following}
    return client.post(reverse("account_login"), form)


def poll(client: Client, claim_page: str, current_url: str = ""):
    headers = {**FRAGMENT, "HX-Current-URL": current_url or f"http://testserver{claim_page}"}
    return client.get(f"{claim_page}live/", headers=headers)
