"""The pages of what is done to a hub: each asks, and says what came of it."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs import queries
from portal.hubs.actions import direct
from portal.hubs.actions.models import HubAction
from portal.hubs.display import action_history
from portal.hubs.models import Hub
from portal.hubs.web.action_forms import WifiForm
from portal.hubs.web.action_pages import ACTION_PAGES
from portal.sandbox import world
from tests.conftest import claim_request
from tests.conftest import work as work_on_claim
from tests.hubs.actions.conftest import hub_of, work

SSID, PASSWORD, CODE = "CanaryNet-5GHz", "canary-open-sesame", "34970112332"
FIELDS = {
    "move": {"because": "Wrong building"},
    "suspend": {"because": "Stolen"},
    "wifi": {"ssid": SSID, "credentials": PASSWORD},
    "matter": {"code": CODE},
}
FOREIGN = (
    "newOrgId",
    "new_org_id",
    "newOrgID",
    "neworgid",
    "orgId",
    "org_id",
    "organisation",
    "organisation_id",
    "spkey_org_id",
    "organisation.spkey_org_id",
    "newSiteId",
    "new_site_id",
    "site_id",
    "spkey_site_id",
    "hub",
    "hub_id",
    "hubId",
    "user",
    "userId",
    "user_id",
    "kind",
    "command",
    "args",
    "body",
)


@pytest.fixture
def ours(acme, sandbox):
    return hub_of(acme, world.MAGIC["ours"].id)


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


@pytest.fixture(autouse=True)
def _sent_at_once(monkeypatch):
    """Let what is handed to the thread be done in this one."""
    monkeypatch.setattr(direct, "_start", direct._send)
    monkeypatch.setattr(direct.connections, "close_all", lambda: None)


def post(client, hub, what, site, /, **fields):
    """Send the form, as the page has it."""
    data = {"submission": str(uuid4()), **FIELDS.get(what, {})}
    if what == "move":
        data["site"] = str(site.pk)
    return client.post(reverse(f"hub-actions:{what}", args=(hub.pk,)), data | fields)


@pytest.mark.parametrize("what", ACTION_PAGES)
def test_a_page_asks_names_the_hub_and_does_what_it_says(what, admin, ours, mill_court, sandbox):
    page = admin.get(reverse(f"hub-actions:{what}", args=(ours.pk,))).content.decode()
    answer = post(admin, ours, what, mill_court)
    action = work(HubAction.objects.get(), rounds=2)

    assert "…0200" in page
    assert str(ACTION_PAGES[what].button) in page
    assert answer.status_code == 302
    assert action.kind == ACTION_PAGES[what].kind
    assert action.state in {"done", "accepted", "was_so"}
    shown = admin.get(answer["Location"]).content.decode()
    for secret in (SSID, PASSWORD, CODE):
        assert secret not in shown


def test_no_field_of_a_form_moves_a_hub_to_another_organisation(
    admin, ours, mill_court, lighthouse, sandbox, wire
):
    for value in (world.HARBOUR_ORG_ID, lighthouse.spkey_site_id, str(lighthouse.organisation_id)):
        for what in ACTION_PAGES:
            post(admin, ours, what, mill_court, **dict.fromkeys(FOREIGN, value))
            for action in HubAction.objects.active():
                work(action, rounds=2)
    (moved,) = wire("ReClaimHub")

    assert (moved.body["newOrgId"], moved.body["newSiteId"]) == (world.ACME_ORG_ID, "mill-court")
    for request in sandbox.state.requests:
        told = f"{request.path} {request.body}"
        assert not [text for text in (world.HARBOUR_ORG_ID, "lighthouse-flats") if text in told]
    assert sandbox.state.hubs[str(ours.hub_id)].org_id == world.ACME_ORG_ID
    assert len(wire("", ours.hub_id)) == len(
        [r for r in sandbox.state.requests if "/hubs/" in r.path]
    )


def test_a_site_of_another_organisation_is_none_to_move_to(admin, ours, lighthouse, wire):
    answer = post(admin, ours, "move", lighthouse)

    assert (answer.status_code, HubAction.objects.count()) == (422, 0)


def test_a_form_with_a_fault_shows_no_secret_again(admin, ours, mill_court):
    wifi = post(admin, ours, "wifi", mill_court, credentials="canary")
    matter = post(admin, ours, "matter", mill_court, code="4242 canary")

    for answer, typed in ((wifi, (SSID, "canary")), (matter, ("4242", "canary"))):
        assert answer.status_code == 422
        assert not [text for text in typed if text in answer.content.decode()]
    assert not HubAction.objects.exists()


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        ({"ssid": "Πολυκατοικία Αθηνά"}, False),
        ({"ssid": "Πολυκατοικία"}, True),
        ({"credentials": "0123456789abcdefABCDEF" + "0" * 42}, True),
        ({"credentials": "no hexadecimal digits at all" + "0" * 36}, False),
        ({"credentials": "seven77"}, False),
        ({"credentials": ""}, False),
        ({"credentials": "", "is_open": "on"}, True),
        ({"is_open": "on"}, False),
    ],
)
def test_networks_are_taken_as_radios_have_them(typed, is_taken, ada, ours):
    data = {"submission": str(uuid4()), **FIELDS["wifi"], **typed}
    form = WifiForm(ada.memberships.get(), ours, data)

    assert form.is_valid() == is_taken
    if is_taken:
        sent = {"ssid": data["ssid"], "credentials": data["credentials"]}
        assert form.confidential().reveal() == sent


@pytest.mark.parametrize("debug", [True, False])
def test_a_report_of_an_error_shows_no_secret(
    debug,
    admin,
    ours,
    mill_court,
    settings,
    reports,
    monkeypatch,
):
    settings.DEBUG = debug

    def failing(request, confidential):
        text = dict(confidential.reveal())
        raise RuntimeError(len(text))

    monkeypatch.setattr(direct, "submit", failing)
    admin.raise_request_exception = False
    for what in ("wifi", "matter"):
        answer = post(admin, ours, what, mill_court)
        assert answer.status_code == 500
        for secret in (SSID, PASSWORD, CODE):
            assert secret not in "".join(reports) + answer.content.decode()
    assert "RuntimeError" in reports[0]


def test_a_code_is_taken_as_labels_print_it(admin, ours, mill_court, sandbox):
    post(admin, ours, "matter", mill_court, code="3497-011-2332")

    assert sandbox.state.hubs[str(ours.hub_id)].told == [("CommissionDevice", {"code": CODE})]


def test_a_second_action_on_the_hub_is_told_of_the_first(admin, ours, mill_court):
    post(admin, ours, "move", mill_court)
    answer = post(admin, ours, "suspend", mill_court)

    assert answer.status_code == 422
    assert "Move to Mill Court" in answer.content.decode()


def test_a_double_tap_is_one_action(admin, ours, mill_court):
    token = str(uuid4())
    for _ in range(2):
        assert post(admin, ours, "move", mill_court, submission=token).status_code == 302
    assert HubAction.objects.count() == 1


def test_the_page_of_a_hub_is_live_until_nothing_is_under_way(admin, ours, mill_court):
    post(admin, ours, "move", mill_court)
    address = reverse("hub-actions:live", args=(ours.pk,))
    page = admin.get(reverse("hub-actions:page", args=(ours.pk,))).content.decode()
    seen = page.partition("seen=")[2].partition('"')[0]

    assert "Waiting to send" in page
    assert admin.get(address, {"seen": seen}).status_code == 204
    work(HubAction.objects.get(), rounds=2)
    news = admin.get(address, {"seen": seen}).content.decode()
    assert "Done" in news
    assert "hx-get" not in news


def test_an_action_that_waits_is_stopped(admin, ours, mill_court, ada):
    post(admin, ours, "move", mill_court)
    action = HubAction.objects.get()
    admin.post(reverse("hub-actions:stop", args=(action.pk,)))
    action.refresh_from_db()

    assert (action.state, action.cancel_requested_by) == ("cancelled", ada)


def test_the_message_to_support_is_ready_in_both_languages(admin, ours, settings):
    settings.SPKEY_SUPPORT_ADDRESS = "help@spkey.example"
    address = reverse("hub-actions:ask-support", args=(ours.pk,))
    page = admin.get(address, {"wish": "decommission"}).content.decode()
    greek = admin.get(address, headers={"accept-language": "el"}).content.decode()

    assert "mailto:help@spkey.example?subject=" in page
    for fact in (str(ours.hub_id), world.ACME_ORG_ID, "Please decommission"):
        assert fact in page
    assert "English" not in page
    assert "— English —" in greek


OUT_OF_USE = {
    "Suspended": "The hub is suspended.",
    "Decommissioned": "The hub is out of service for good.",
}


@pytest.fixture(params=OUT_OF_USE)
def out_of_use(request, ours):
    """The hub, once nothing can be done to it."""
    Hub.objects.filter(pk=ours.pk).update(status=request.param)
    ours.refresh_from_db()
    return ours


def offered_on(client, shown: str, hub) -> set[str]:
    """Which actions the page leads to."""
    text = client.get(reverse(shown, args=(hub.pk,))).text
    addresses = {what: reverse(f"hub-actions:{what}", args=(hub.pk,)) for what in ACTION_PAGES}
    return {what for what, address in addresses.items() if f'href="{address}"' in text}


@pytest.mark.parametrize("shown", ["hubs:detail", "hub-actions:page"])
def test_to_a_hub_out_of_use_nothing_is_offered_that_would_be_refused(admin, out_of_use, shown):
    text = admin.get(reverse(shown, args=(out_of_use.pk,))).text

    assert offered_on(admin, shown, out_of_use) == set()
    assert reverse("hub-actions:ask-support", args=(out_of_use.pk,)) in text
    assert reverse("claims:replace", args=(out_of_use.pk,)) in text


@pytest.mark.parametrize("shown", ["hubs:detail", "hub-actions:page"])
@pytest.mark.parametrize(("is_primary", "is_so"), [(True, "primary"), (False, "secondary")])
def test_to_a_hub_in_use_all_is_offered_that_is_not_so(admin, ours, shown, is_primary, is_so):
    Hub.objects.filter(pk=ours.pk).update(is_primary=is_primary)

    assert offered_on(admin, shown, ours) == set(ACTION_PAGES) - {is_so}


@pytest.mark.parametrize("what", ACTION_PAGES)
def test_the_page_of_an_action_on_a_hub_out_of_use_says_why_not(
    admin, out_of_use, mill_court, what
):
    answer = admin.get(reverse(f"hub-actions:{what}", args=(out_of_use.pk,)))

    assert answer.status_code == 200
    assert OUT_OF_USE[out_of_use.status] in answer.text
    assert 'name="submission"' not in answer.text
    assert reverse("hub-actions:ask-support", args=(out_of_use.pk,)) in answer.text
    assert reverse("claims:replace", args=(out_of_use.pk,)) in answer.text
    # It is read again: SmartphoneKey may have taken that back.
    out_of_use.refresh_from_db()
    assert out_of_use.watched_until is not None
    sent = post(admin, out_of_use, what, mill_court)
    assert sent.status_code == 422
    assert OUT_OF_USE[out_of_use.status] in sent.text
    assert not HubAction.objects.exists()


def test_a_hub_out_of_use_is_replaced_as_any_other(admin, out_of_use):
    page = admin.get(reverse("claims:replace", args=(out_of_use.pk,)))

    assert page.status_code == 200
    assert 'name="label"' in page.text


def test_the_message_of_a_suspended_hub_asks_to_take_that_back(admin, ours):
    Hub.objects.filter(pk=ours.pk).update(status="Suspended")
    message = admin.get(reverse("hub-actions:ask-support", args=(ours.pk,))).text

    assert "This hub is suspended. Please take it back into service." in message


def test_the_message_to_support_quotes_what_smartphonekey_called_the_last_calls(
    admin, ours, mill_court, ada
):
    claim = work_on_claim(actions.submit(claim_request(ada, mill_court, ours.hub_id)))
    Claim.objects.filter(pk=claim.pk).update(reference="ref-claim")
    for name in ("ref-1", ""):
        post(admin, ours, "primary", mill_court)
        HubAction.objects.active().update(state="done", finished_at=timezone.now(), due_at=None)
        HubAction.objects.filter(reference="").update(reference=name)
    page = admin.get(reverse("hub-actions:ask-support", args=(ours.pk,))).content.decode()

    assert "References: ref-1, ref-claim" in page


def test_the_calls_of_an_action_are_lines_of_the_hubs_history(admin, ours, mill_court):
    post(admin, ours, "move", mill_court)
    work(HubAction.objects.get(), rounds=2)
    calls = map(action_history.of_attempt, queries.action_attempts(ours, timezone.now()))

    titles = [str(call.title) for call in calls]
    assert titles == ["Status read", "Move to Mill Court: sent", "Status read"]
