"""No operators' page shows a secret or needs anything inline."""

import re

import pytest
from django.contrib import admin

from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, User
from tests.operators.conftest import CANARY_KEY, address


def pages_of(model: type) -> list[str]:
    """Every page of a model: list, add, and each row's change, history and removal."""
    found = [address(model, "changelist"), address(model, "add")]
    found.append(f"{found[0]}?q=a")
    for pk in model._base_manager.values_list("pk", flat=True):
        found += [address(model, action, pk) for action in ("change", "history", "delete")]
        if model is User:
            found.append(f"{address(model, 'change', pk).removesuffix('change/')}password/")
    return found


def test_no_page_shows_a_secret(everything, operator):
    opened: set[type] = set()
    for model in admin.site._registry:
        for page in pages_of(model):
            answer = operator.get(page)
            assert answer.status_code in {200, 302, 403}, page
            if answer.status_code == 200 and "/change/" in page:
                opened.add(model)
            for secret in everything:
                assert secret not in answer.text, page
    assert opened == set(admin.site._registry)


def test_every_registered_model_is_meant_to_be_there():
    assert {model.__name__ for model in admin.site._registry} == {
        "AccountEmail",
        "ApiCredential",
        "Attempt",
        "Authenticator",
        "Claim",
        "DeviceReport",
        "Entry",
        "Hub",
        "HubAction",
        "InvitationEmail",
        "Notice",
        "Organisation",
        "User",
    }


def test_a_key_is_shown_by_its_first_and_last_characters(operator, acme):
    api_keys.replace(acme, None, Secret(CANARY_KEY), None)

    page = operator.get(address(ApiCredential, "change", acme.credential.pk))

    assert "canaryKe…0001" in page.text


@pytest.mark.slow
def test_no_page_needs_anything_inline(everything, operator):
    for model in admin.site._registry:
        for page in pages_of(model):
            answer = operator.get(page)
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script>", answer.text), page
            assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
