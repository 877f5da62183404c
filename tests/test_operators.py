"""The operators' pages: what can be done there, what is recorded of it, and what never shows."""

import re
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.orgs import credentials
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, Site, User
from tests.conftest import work
from tests.people_with_factor import TOTP_SECRET, set_up_factor, sign_in_with_password

CANARY_KEY = "canaryKeyCanaryKeyCanaryKeyCanaryKey0001"
CANARY_TOKEN = "canary-token-canary-token-canary-token"
HOME = reverse("admin:index")
SPKEY_USER = "5f0f2f8e-8c2c-4d3f-9d0a-6c1f6a2b7e11"


@pytest.fixture
def operator(otto) -> Client:
    """Otto, signed in."""
    client = Client()
    sign_in_with_password(client, otto)
    return client


def address(model: type, deed: str, *pk: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{deed}", args=pk)


def last() -> Entry:
    return Entry.objects.order_by("-at").first()


def inline(prefix: str, *rows: dict[str, str], existing: int = 0) -> dict[str, str]:
    """An inline formset as the browser posts it; the existing rows come first."""
    form = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(existing)}
    for n, row in enumerate(rows):
        form |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return form


def acme_form(**fields: str) -> dict[str, str]:
    return {
        "name": "Acme Properties",
        "spkey_org_id": "acme-properties",
        "fallback_spkey_user_id": "",
        **inline("memberships"),
        **inline("sites"),
        **fields,
    }


# Coming in


def test_operators_sign_in_on_the_portals_own_page(client, db):
    for page in (HOME, reverse("admin:login")):
        answer = client.get(page, follow=True)
        assert answer.redirect_chain[-1] == (f"{reverse('account_login')}?next={HOME}", 302)


def test_the_admins_own_sign_in_takes_no_password(client, otto, operator):
    form = {"username": otto.email, "password": "a long enough password"}

    assert client.post(reverse("admin:login"), form).status_code == 302
    assert "_auth_user_id" not in client.session
    assert operator.post(reverse("admin:login"), form).headers["Location"] == HOME


@pytest.mark.parametrize("who", ["ira", "ada", "sam"])
def test_nobody_else_comes_in(who, request):
    client = Client()
    sign_in_with_password(client, request.getfixturevalue(who))

    assert client.get(HOME, follow=True).status_code == 403


# What never shows


@pytest.fixture
def everything(sandbox, acme, claim, ira, ada, otto, operator) -> list[str]:
    """Rows of every kind, with canaries for secrets. Return what must not be seen."""
    credentials.replace(acme, otto, Secret(CANARY_KEY), Secret(CANARY_TOKEN))
    ApiCredential.objects.update(check_due_at=None)  # So that the claim finds out first.
    set_up_factor(ira)
    work(claim)
    secrets = [CANARY_KEY, CANARY_TOKEN, TOTP_SECRET, ira.password, otto.password]
    secrets.append(Authenticator.objects.get().data["secret"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, bearer_token, fingerprint FROM orgs_apicredential")
        secrets += [column for row in cursor.fetchall() for column in row if column]
    return secrets


def pages_of(model: type) -> list[str]:
    """Every page of a model: list, add, and each row's change, history and removal."""
    found = [address(model, "changelist"), address(model, "add")]
    found.append(f"{found[0]}?q=a")
    for pk in model._base_manager.values_list("pk", flat=True):
        found += [address(model, deed, pk) for deed in ("change", "history", "delete")]
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
        "ApiCredential",
        "Attempt",
        "Authenticator",
        "Claim",
        "Entry",
        "Hub",
        "Notice",
        "Organisation",
        "User",
    }


def test_a_key_is_shown_by_its_ends(operator, acme):
    credentials.replace(acme, None, Secret(CANARY_KEY), None)

    page = operator.get(address(ApiCredential, "change", acme.credential.pk))

    assert "canaryKe…0001" in page.text


def test_no_page_needs_anything_inline(everything, operator):
    for model in admin.site._registry:
        for page in pages_of(model):
            answer = operator.get(page)
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script>", answer.text), page
            assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["Attempt", "Claim", "Entry", "Hub"])
def test_what_the_portal_wrote_is_only_looked_at(name, everything, operator):
    model = next(model for model in admin.site._registry if model.__name__ == name)
    row = model._base_manager.first()
    before = list(model._base_manager.values())

    assert operator.get(address(model, "change", row.pk)).status_code == 200
    assert operator.post(address(model, "change", row.pk), {"state": "claimed"}).status_code == 403
    assert operator.post(address(model, "add"), {}).status_code == 403
    assert operator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
    operator.post(address(model, "changelist"), chosen)
    assert list(model._base_manager.values()) == before


@pytest.mark.parametrize("model", [Organisation, User, ApiCredential])
def test_nothing_that_the_record_speaks_of_is_removed(model, acme, ira, operator):
    row = model.objects.first()

    assert operator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


# What is done there, and recorded


def test_a_new_organisation_stands_in_the_record(operator, otto):
    form = acme_form(name="Elm Homes", spkey_org_id="elm")
    assert operator.post(address(Organisation, "add"), form).status_code == 302

    elm = Organisation.objects.get()
    assert (last().verb, last().actor_id, last().organisation_id) == (
        "organisation.created",
        otto.pk,
        elm.pk,
    )


def test_a_changed_organisation_stands_in_the_record(operator, acme):
    operator.post(address(Organisation, "change", acme.pk), acme_form(name="Acme Ltd"))

    assert Organisation.objects.get().name == "Acme Ltd"
    assert last().verb == "organisation.changed"
    assert last().detail["changes"] == {"name": ["Acme Properties", "Acme Ltd"]}


def member_row(membership: Membership, **fields: str) -> dict[str, str]:
    return {
        "id": str(membership.pk),
        "organisation": str(membership.organisation_id),
        "user": str(membership.user_id),
        "role": membership.role,
        "spkey_user_id": "",
        "expires_at_0": "",
        "expires_at_1": "",
        **fields,
    }


def test_a_member_who_is_added_stands_in_the_record(operator, acme, hal):
    row = {"user": str(hal.pk), "role": "admin", "support": "on"}
    form = acme_form(**inline("memberships", row))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert Membership.objects.filter(user=hal, organisation=acme, role="admin").exists()
    entry = Entry.objects.get(verb="membership.added")
    assert entry.detail == {"member": hal.email, "role": "admin", "support": True}
    assert entry.organisation_id == acme.pk


def test_a_member_who_becomes_an_agent_stands_in_the_record(operator, acme, ira):
    row = member_row(ira.memberships.get(), support="on")
    form = acme_form(**inline("memberships", row, existing=1))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert ira.memberships.get().support
    entry = Entry.objects.get(verb="membership.changed")
    assert entry.detail["changes"] == {"support": ["False", "True"]}
    assert entry.detail["member"] == ira.email


def test_a_member_who_is_removed_stands_in_the_record(operator, acme, ira):
    membership = ira.memberships.get()
    row = member_row(membership, DELETE="on")
    form = acme_form(**inline("memberships", row, existing=1))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert not ira.memberships.exists()
    entry = Entry.objects.get(verb="membership.removed")
    assert (entry.object_id, entry.detail["member"]) == (str(membership.pk), ira.email)
    assert not Entry.objects.filter(verb="membership.changed").exists()


def test_a_site_that_is_made_stands_in_the_record(operator, acme):
    row = {"name": "Elm Court", "spkey_site_id": "elm-court"}
    form = acme_form(**inline("sites", row))
    operator.post(address(Organisation, "change", acme.pk), form)

    assert Site.objects.get().name == "Elm Court"
    assert Entry.objects.get(verb="site.created").detail["spkey_site_id"] == "elm-court"


def test_a_form_that_changes_nothing_leaves_members_and_sites_out_of_the_record(
    operator, acme, ira
):
    row = member_row(ira.memberships.get())
    form = acme_form(**inline("memberships", row, existing=1))
    assert operator.post(address(Organisation, "change", acme.pk), form).status_code == 302

    assert not Entry.objects.filter(verb__startswith="membership.").exists()


def test_a_key_becomes_a_super_key_and_nothing_else_of_it_changes(operator, acme):
    before = ApiCredential.objects.values().get()
    page = address(ApiCredential, "change", acme.credential.pk)
    operator.post(page, {"kind": "super", "masked_key": "x", "state": "refused"})

    after = ApiCredential.objects.values().get()
    assert after.pop("kind") == "super"
    assert after.pop("version") == before.pop("version") + 1
    before.pop("kind")
    assert after == before
    assert (last().verb, last().detail) == (
        "key.kind_changed",
        {"before": "normal", "after": "super"},
    )


def test_a_new_person_can_sign_in(operator):
    form = {"email": "New@Elm.example", "name": "Nia New", "usable_password": "true"}
    secret = {"password1": "a long enough password", "password2": "a long enough password"}
    assert operator.post(address(User, "add"), form | secret).status_code == 302

    nia = User.objects.get(email="new@elm.example")
    assert EmailAddress.objects.get(user=nia).verified
    assert not nia.is_staff
    assert last().verb == "person.added"
    client = Client()
    sign_in_with_password(client, nia)
    assert client.session["_auth_user_id"] == str(nia.pk)


def test_a_person_who_is_made_an_operator_is_one_and_stands_in_the_record(operator, ira):
    form = {"email": "Installer@acme.example", "name": ira.name, "is_active": "on"}
    operator.post(address(User, "change", ira.pk), {**form, "is_staff": "on"})

    ira.refresh_from_db()
    assert ira.is_staff
    assert ira.is_superuser
    assert ira.email == "installer@acme.example"
    assert last().detail["changes"]["is_staff"] == ["False", "True"]


@pytest.mark.parametrize(("found", "kept"), [(True, False), (False, True)], ids=["found", "set"])
def test_another_address_forgets_the_spkey_user_that_was_found_by_the_old_one(
    found, kept, operator, ira
):
    ira.memberships.update(spkey_user_id=SPKEY_USER, spkey_user_id_found=found)
    form = {"email": "other@acme.example", "name": "Ira", "is_active": "on"}
    operator.post(address(User, "change", ira.pk), form)

    member = ira.memberships.get()
    assert (member.spkey_user_id is not None) == kept
    assert not member.spkey_user_id_found


def test_the_same_address_in_other_letters_forgets_nothing(operator, ira):
    ira.memberships.update(spkey_user_id=SPKEY_USER, spkey_user_id_found=True)
    form = {"email": ira.email.upper(), "name": "Ira", "is_active": "on"}
    operator.post(address(User, "change", ira.pk), form)

    assert ira.memberships.get().spkey_user_id_found


def test_a_spkey_user_id_that_an_operator_sets_counts_as_set_by_hand(operator, acme, ira):
    ira.memberships.update(spkey_user_id=uuid4(), spkey_user_id_found=True)
    row = member_row(ira.memberships.get(), spkey_user_id=SPKEY_USER)
    form = acme_form(**inline("memberships", row, existing=1))
    operator.post(address(Organisation, "change", acme.pk), form)

    member = ira.memberships.get()
    assert (str(member.spkey_user_id), member.spkey_user_id_found) == (SPKEY_USER, False)


def test_a_deactivated_person_is_out_at_once(operator, ira):
    client = Client()
    sign_in_with_password(client, ira)
    assert client.get("/").status_code == 200

    operator.post(address(User, "change", ira.pk), {"email": ira.email, "name": ira.name})

    assert client.get("/").status_code == 302
    assert last().detail["changes"] == {"is_active": ["True", "False"]}


def test_a_password_that_an_operator_sets_stands_in_the_record_without_itself(operator, ira):
    page = address(User, "change", ira.pk).removesuffix("change/") + "password/"
    secret = "another long enough one"
    form = {"usable_password": "true", "password1": secret, "password2": secret}

    operator.post(page, {**form, "password2": "not the same at all"})
    assert not Entry.objects.filter(verb="person.password_set").exists()
    operator.post(page, {**form, "set-password": "1"})

    ira.refresh_from_db()
    assert ira.check_password(secret)
    assert secret not in str(Entry.objects.get(verb="person.password_set").detail)


def test_a_lost_second_factor_is_removed_and_stands_in_the_record(operator, ira):
    set_up_factor(ira)
    page = address(Authenticator, "delete", Authenticator.objects.get().pk)
    operator.post(page, {"post": "yes"})

    assert not Authenticator.objects.exists()
    assert (last().verb, last().object_id) == ("second_factor.removed", str(ira.pk))


def test_claims_are_found_by_hub(operator, claim):
    found = operator.get(address(Claim, "changelist"), {"q": claim.hub_id_text[:8]})
    nothing = operator.get(address(Claim, "changelist"), {"q": "no such hub"})

    assert str(claim.pk) in found.text
    assert str(claim.pk) not in nothing.text
