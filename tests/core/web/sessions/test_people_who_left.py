"""A session is worth nothing from the moment its person has left."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.orgs.models import Membership
from tests.core.web.sessions.conftest import poll


@pytest.mark.parametrize("end", ["removed", "expired"])
def test_the_next_request_and_poll_of_somebody_who_left_find_nothing(
    end, ira, claim_page, as_person
):
    client = as_person(ira)
    assert poll(client, claim_page).status_code == 200
    mine, a_moment_ago = Membership.objects.filter(user=ira), timezone.now() - timedelta(seconds=2)
    mine.delete() if end == "removed" else mine.update(expires_at=a_moment_ago)

    assert client.get(claim_page).status_code == 404
    assert poll(client, claim_page).status_code == 404
    assert client.get(reverse("claims:list")).status_code == 403
    assert client.post(f"{claim_page}stop/").status_code == 404


def test_the_next_request_of_somebody_who_was_deactivated_leads_to_sign_in(
    ira, claim_page, as_person
):
    client = as_person(ira)
    ira.is_active = False
    ira.save()

    assert client.get(claim_page).status_code == 302
    assert "HX-Redirect" in poll(client, claim_page)
