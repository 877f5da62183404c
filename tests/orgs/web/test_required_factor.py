"""An organisation requires a second factor of its people, who are led to it with the next tap."""

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.claims.web import polling
from portal.orgs.models import Organisation
from tests.conftest import join
from tests.forms import FRAGMENT
from tests.operators.test_second_factor import by_password
from tests.people_with_factor import has_used_factor, set_up_factor
from tests.soft_passkeys import add

HOME, INDEX = reverse("home"), reverse("mfa_index")
SETTINGS = reverse("organisation:settings")
GO_ON = "go on where you were"


def of(organisation: Organisation, whom: str) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(requires_factor=whom)


def form(organisation: Organisation, **fields: str) -> dict[str, str]:
    return {"name": organisation.name, "requires_factor": "none"} | fields


@pytest.mark.parametrize(
    ("whom", "held_up"), [("none", []), ("admins", ["ada"]), ("everybody", ["ada", "ira"])]
)
def test_who_lacks_a_required_factor_is_led_to_it_and_nobody_else(
    whom, held_up, acme, ada, ira, hal, as_person
):
    of(acme, whom)
    for name, person in (("ada", ada), ("ira", ira), ("hal", hal)):
        answer = as_person(person).get(reverse("claims:list"))
        assert answer.status_code == (302 if name in held_up else 200), name
        if name in held_up:
            assert answer["Location"] == INDEX


def test_once_set_up_one_goes_on(acme, ira):
    of(acme, "everybody")
    client = by_password(ira)
    assert client.get(HOME)["Location"] == INDEX
    assert f"{acme.name} asks for a second factor" in client.get(INDEX).text

    add(client, reverse("mfa_add_webauthn"))

    assert client.get(HOME).status_code == 200


def test_once_set_up_one_is_brought_back_to_where_one_was_led_away_from(acme, ira, mill_court):
    of(acme, "everybody")
    client = by_password(ira)
    tray = f"{reverse('claims:new')}?site={mill_court.pk}"
    assert client.get(tray)["Location"] == INDEX
    page = client.get(INDEX).text
    assert "It stays here, and is sent by itself once you have a second factor." in page
    assert GO_ON not in page.lower()

    add(client, reverse("mfa_add_webauthn"))

    for address in (INDEX, reverse("mfa_view_recovery_codes")):
        page = client.get(address).text
        assert GO_ON in page.lower()
        assert f'href="{tray}"' in page
    client.get(tray)
    assert GO_ON not in client.get(INDEX).text.lower()


def test_settings_keep_what_was_chosen_until_ones_own_factor_is_there(acme, ada):
    client = by_password(ada)
    client.post(f"{SETTINGS}?organisation={acme.pk}", form(acme, requires_factor="admins"))
    add(client, reverse("mfa_add_webauthn"))
    address = f"{reverse('organisation:settings')}?requires_factor=admins"

    assert f'href="{address}"' in client.get(INDEX).text
    assert client.get(address).context["form"]["requires_factor"].value() == "admins"
    assert client.get(f"{address}x").context["form"]["requires_factor"].value() == "none"


def test_what_is_needed_to_set_it_up_or_to_leave_stays_open(acme, ira, as_person):
    of(acme, "everybody")
    client = as_person(ira)
    open_pages = ("mfa_index", "account_change_password", "sessions:list", "health", "manifest")
    for name in open_pages:
        assert client.get(reverse(name)).status_code == 200, name
    assert client.post(reverse("language"), {"language": "el"}).status_code == 302
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_fragment_leads_the_whole_page_there(acme, ira, as_person, claim):
    of(acme, "everybody")
    live = reverse("claims:live", args=(claim.pk,))
    answer = as_person(ira).get(live, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == INDEX


def test_a_tray_is_told_so_and_keeps_its_rows(acme, ira, as_person):
    of(acme, "everybody")
    client = as_person(ira)
    body = {"person": str(ira.pk), "organisation": str(acme.pk), "rows": []}
    asked = client.get(reverse("tray:sync"))
    sent = client.post(reverse("tray:sync"), body, content_type="application/json")

    for answer in (asked, sent):
        assert answer.status_code == 403
        assert "asks for a second factor" in answer.json()["problem"]
        assert answer.json()["news"]["outcome"] == "forbidden"


def test_elsewhere_one_works_on_and_sees_nothing_of_the_organisation(
    acme, harbour, ira, hal, as_person, claim, harbours_claim
):
    join(ira, harbour)
    of(acme, "everybody")
    client = as_person(ira)
    client.post(reverse("organisation:switch"), {"organisation": str(harbour.pk)})
    body = {"person": str(ira.pk), "organisation": str(acme.pk), "rows": []}

    assert client.get(HOME).status_code == 200
    assert client.get(reverse("claims:detail", args=(harbours_claim.pk,))).status_code == 200
    assert client.get(reverse("claims:detail", args=(claim.pk,))).status_code == 404
    seen = polling.seen(Claim.objects.select_related("hub").get(pk=claim.pk))
    for shown in (seen, "another"):
        poll = reverse("claims:live", args=(claim.pk,), query={"seen": shown})
        assert client.get(poll, headers=FRAGMENT).status_code == 404
    sent = client.post(reverse("tray:sync"), body, content_type="application/json")
    assert "asks for a second factor" in sent.json()["problem"]

    assert (
        client.post(reverse("organisation:switch"), {"organisation": str(acme.pk)}).status_code
        == 302
    )
    assert client.get(HOME)["Location"] == INDEX


def test_an_administrator_with_a_factor_requires_it_and_that_is_recorded(ada, acme, as_person):
    client = has_used_factor(as_person(ada), ada)

    assert (
        client.post(SETTINGS, form(acme, requires_factor="everybody", name="Acme")).status_code
        == 302
    )

    acme.refresh_from_db()
    assert (acme.requires_factor, acme.name) == ("everybody", "Acme")
    recorded = Entry.objects.filter(verb="organisation.changed", organisation_id=acme.pk)
    changes = [entry.detail["changes"] for entry in recorded.order_by("at")]
    assert changes == [
        {"name": ["Acme Properties", "Acme"]},
        {"requires_factor": ["none", "everybody"]},
    ]
    assert client.get(SETTINGS).status_code == 200


def test_an_administrator_without_one_is_led_through_their_own_first(ada, acme, as_person):
    client = as_person(ada)
    assert "set up your own first" in client.get(SETTINGS).text

    answer = client.post(SETTINGS, form(acme, requires_factor="admins"), follow=True)

    assert answer.redirect_chain == [(INDEX, 302)]
    assert "Set up your own second factor first" in answer.text
    acme.refresh_from_db()
    assert acme.requires_factor == "none"


@pytest.mark.parametrize("fields", [{"name": ""}, {"requires_factor": "some"}, {"name": "x" * 121}])
def test_what_cannot_be_is_refused_with_the_form(ada, acme, as_person, fields):
    answer = as_person(ada).post(SETTINGS, form(acme, **fields))

    assert answer.status_code == 422
    assert not Entry.objects.filter(verb="organisation.changed").exists()


def test_the_organisations_id_at_spkey_is_shown_and_never_taken_from_the_form(ada, acme, as_person):
    client = as_person(ada)
    before = acme.spkey_org_id
    assert before in client.get(SETTINGS).text
    client.post(SETTINGS, form(acme, spkey_org_id="other"))

    acme.refresh_from_db()
    assert acme.spkey_org_id == before


def test_an_app_serves_as_well_as_a_passkey(acme, ira, as_person):
    of(acme, "everybody")
    client = as_person(ira)
    set_up_factor(ira)

    assert client.get(HOME).status_code == 200
