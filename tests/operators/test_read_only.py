"""What the portal wrote is only looked at, and nothing that the record speaks of is removed."""

import re

import pytest
from django.contrib import admin

from portal.claims.models import Claim
from portal.orgs.models import ApiCredential, Organisation, User
from tests.operators.conftest import address


def test_claims_are_found_by_hub(operator, claim):
    found = operator.get(address(Claim, "changelist"), {"q": claim.hub_id_text[:8]})
    nothing = operator.get(address(Claim, "changelist"), {"q": "no such hub"})

    assert str(claim.pk) in found.text
    assert str(claim.pk) not in nothing.text


@pytest.mark.parametrize("name", ["AccountEmail", "Attempt", "Claim", "Entry", "Hub"])
def test_the_portals_own_rows_are_read_only(name, everything, operator):
    model = next(model for model in admin.site._registry if model.__name__ == name)
    row = model._base_manager.first()
    before = list(model._base_manager.values())

    shown = operator.get(address(model, "change", row.pk))
    assert shown.status_code == 200
    assert not re.search(r">\s*None\s*<|\+00:00|Http status|Duration ms|Lease", shown.text)
    assert operator.post(address(model, "change", row.pk), {"state": "claimed"}).status_code == 403
    assert operator.post(address(model, "add"), {}).status_code == 403
    assert operator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
    operator.post(address(model, "changelist"), chosen)
    assert list(model._base_manager.values()) == before


@pytest.mark.parametrize("model", [Organisation, User, ApiCredential])
def test_nothing_that_the_audit_trail_mentions_can_be_deleted(model, acme, ira, operator):
    row = model.objects.first()

    assert operator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()
