"""The page shows the claim's state, why, and what there is to quote."""

import pytest
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from portal.tray import results
from portal.tray.display import news
from tests.claims.states import put
from tests.claims.web.claim_page.conftest import offline_claim, text_of
from tests.conftest import claim_request, work

CONFIRM = 'href="/accounts/password/reset/"'


def test_a_fresh_claim_says_that_it_is_saved_and_what_comes_next(installer, claim):
    page = text_of(installer, claim)

    assert "Your scan is saved. We send it now." in page
    assert "Claimed at Mill Court" in page
    assert "By Ira Installer" in page


@pytest.mark.parametrize(
    ("magic", "expected"),
    [
        ("claimed_elsewhere", "This hub belongs to another organisation"),
        ("other_site", "This hub is yours, at another site"),
        ("unknown", "SmartphoneKey knows no such hub"),
        ("suspended", "This hub is suspended"),
        ("decommissioned", "This hub was taken out of service"),
        ("forbidden", "Your organisation’s key may not claim this hub"),
    ],
)
def test_a_refusal_has_a_cause_a_number_and_no_raw_answer(
    magic, expected, installer, ira, mill_court, sandbox
):
    claim = work(actions.submit(claim_request(ira, mill_court, world.MAGIC[magic].id)))
    page = text_of(installer, claim)

    assert expected in page
    assert claim.reference.endswith("-SBX")
    assert claim.reference not in page
    assert claim.number in page
    assert '"success"' not in page
    assert "&quot;success&quot;" not in page
    assert world.OTHER_ORG_ID not in page
    assert "hx-trigger" not in page


@pytest.mark.parametrize(
    ("problems", "says"),
    [
        ([["siteId", "Unknown site"]], "check what is listed here"),
        ([["siteId", ""]], "check what is listed here"),
        ([], "SmartphoneKey does not say which."),
    ],
    ids=str,
)
def test_details_that_were_not_accepted_are_listed_or_said_not_to_be_known(
    installer, claim, problems, says
):
    claim = put(claim, "rejected", "invalid", problems=problems)
    page = text_of(installer, claim)

    assert says in page
    assert ("listed here" in page) == ("SpKey site id</li>" in page or "Unknown site”</li>" in page)
    assert says in news.of(results.Followed(claim, "")).text


def test_the_other_site_of_ones_own_hub_is_named(installer, ira, mill_court, acme, sandbox):
    claim = work(actions.submit(claim_request(ira, mill_court, world.MAGIC["other_site"].id)))

    assert "SmartphoneKey has it at other-site." in text_of(installer, claim)


def test_another_site_that_nobody_knows_is_not_named(installer, claim):
    ended = {"finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(state="conflict", reason="another_site", **ended)
    page = text_of(installer, claim)

    assert "This hub is yours, at another site" in page
    assert "SmartphoneKey has it at" not in page


def test_an_offline_hubs_page_says_what_to_check_and_until_when_we_try(
    installer, ira, mill_court, sandbox
):
    page = text_of(installer, offline_claim(ira, mill_court))

    assert "Check the power and the network cable" in page
    assert "Next look" in page
    assert "We keep trying until" in page
    assert 'id="try-now"' in page
    assert 'id="stop-trying"' in page


@pytest.mark.parametrize("state", ["review", "conflict", "rejected", "cancelled", "claimed"])
def test_a_page_gives_one_number_to_quote_and_spkeys_reference_to_operators(
    state, installer, as_person, ira, claim
):
    ended = {} if state == "review" else {"finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(state=state, reference="8f2a-SBX", **ended)
    page = text_of(installer, claim)

    assert f'Claim number <span class="mono">{claim.number}</span>' in page
    assert "8f2a-SBX" not in page
    ira.is_staff = True
    ira.save()
    assert "8f2a-SBX" in text_of(as_person(ira), claim)


def test_who_can_confirm_the_address_is_told_how_and_others_are_told_who(
    as_person, ira, ada, claim
):
    put(claim, "blocked", "address_unconfirmed")
    own, others = (text_of(as_person(reader), claim) for reader in (ira, ada))

    assert "Your e-mail address is not confirmed yet" in own
    assert "administrator" not in own
    assert (CONFIRM in own, CONFIRM in others) == (True, False)
    assert f"The e-mail address of {ira.display_name} is not confirmed yet" in others
    assert "Address not confirmed" in own
    assert "Address not confirmed" in others


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "blocked", "reason": "key_missing"}, "Support must mend its own API key"),
        ({"state": "blocked", "reason": "key_kind"}, "Support must mend its own API key"),
        ({"state": "blocked", "reason": "no_user"}, "does not know the support agent yet"),
        ({"state": "blocked", "reason": "address_unconfirmed"}, "agent’s e-mail address"),
        ({"state": "rejected", "reason": "forbidden"}, "Support’s key may not claim this hub"),
    ],
)
def test_the_target_is_not_asked_to_fix_what_support_must_fix(
    fields, expected, as_person, hal, supports_claim
):
    ended = {"finished_at": timezone.now(), "due_at": None}
    Claim.objects.update(**fields, **(ended if fields["state"] == "rejected" else {}))
    client = as_person(hal)

    assert expected in text_of(client, supports_claim)
    assert "administrator" not in text_of(client, supports_claim)
    assert client.get("/claims/").context["rows"][0].chip.word in {"Needs support", "Refused"}
