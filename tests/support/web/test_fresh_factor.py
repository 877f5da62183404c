"""What support sends needs a factor that was used just now, is capped, and is told."""

from django.urls import reverse
from django.utils.http import urlencode

from portal.audit.models import Entry
from portal.claims.models import Claim
from portal.sandbox import world
from tests.conftest import join, make_person, work
from tests.forms import FRAGMENT, Browser
from tests.people_with_factor import code, has_used_factor
from tests.support.conftest import REASON, claim_page, filled, post

WAY = reverse("mfa_reauthenticate")
LATE = 301


def test_a_claim_needs_a_factor_used_within_five_minutes(as_person, sam, mill_court, hub_id):
    client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)
    assert client.get(claim_page()).status_code == 200

    answer = post(client, filled(hub_id, mill_court))

    assert answer.status_code == 302
    way = f"{WAY}?{urlencode({'next': claim_page()})}"
    assert answer["Location"].startswith(way)
    assert not Claim.objects.exists()
    has_used_factor(client, sam, seconds_ago=290)
    assert post(client, filled(hub_id, mill_court))["Location"].startswith("/claims/")


def test_a_factor_used_in_the_future_of_this_clock_is_not_fresh(as_person, sam, mill_court, hub_id):
    client = has_used_factor(as_person(sam), sam, seconds_ago=-3600)

    assert post(client, filled(hub_id, mill_court))["Location"].startswith(WAY)


def test_the_code_leads_back_to_what_was_typed(as_person, sam, mill_court, hub_id):
    client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)
    form = filled(hub_id, mill_court)
    way = post(client, form)["Location"]

    back = client.post(way, {"code": code()})["Location"]
    page = client.get(back)

    assert back == claim_page()
    values = {name: page.context["form"][name].value() for name in form}
    kept = {name: form[name] for name in ("site", "typed_site", "label", "reason")}
    assert values == values | kept

    assert post(client, form)["Location"].startswith("/claims/")
    assert not client.get(back).context["form"]["reason"].value()


def test_acting_on_supports_claim_needs_a_fresh_factor_and_leads_back_to_it(
    as_person, sam, supports_claim
):
    client = has_used_factor(as_person(sam), sam, seconds_ago=LATE)
    page = reverse("claims:detail", args=(supports_claim.pk,))
    stop = reverse("claims:stop", args=(supports_claim.pk,))
    assert stop in client.get(page).text

    assert client.post(stop)["Location"].startswith(WAY)
    assert client.post(stop, headers=FRAGMENT)["HX-Redirect"].startswith(WAY)
    assert Claim.objects.get().cancel_requested_at is None
    assert page in client.get(client.post(stop)["Location"]).text


def test_an_agent_makes_so_many_claims_an_hour_and_no_more(
    agent, sam, spkey_support, mill_court, settings
):
    settings.SUPPORT_CLAIMS_AN_HOUR = 1
    assert post(agent, filled(world.hub_id(0), mill_court)).status_code == 302

    answer = post(agent, filled(world.hub_id(1), mill_court))

    assert answer.status_code == 429
    assert "Nothing was sent" in answer.text
    assert answer.context["form"]["reason"].value() == REASON
    assert Claim.objects.count() == 1
    colleague = make_person("second@support.example", "Sue")
    join(colleague, spkey_support, support=True)
    other = Browser()
    other.force_login(colleague)
    has_used_factor(other, colleague)
    assert post(other, filled(world.hub_id(1), mill_court)).status_code == 302


def test_the_organisations_administrators_are_told_of_supports_claim_once(
    sandbox, agent, sam, ada, mill_court, hub_id, mailoutbox
):
    form = filled(hub_id, mill_court)
    post(agent, form)
    post(agent, form)
    work(Claim.objects.get())

    (email,) = (each for each in mailoutbox if "asked to claim" in each.subject)
    assert email.to == [ada.email]
    assert "SmartphoneKey’s support asked to claim hub" in email.subject
    assert all(words in email.body for words in (str(hub_id), "Mill Court", REASON))
    assert sam.email not in email.body + email.subject


def test_a_notice_that_cannot_be_written_undoes_the_claim(agent, mill_court, hub_id, monkeypatch):
    def fail(*_args: object, **_how: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("portal.support.flow.outbox.notify", fail)
    agent.raise_request_exception = False

    assert post(agent, filled(hub_id, mill_court)).status_code == 500
    assert not Claim.objects.exists()
    assert not Entry.objects.filter(verb="support.claimed").exists()
