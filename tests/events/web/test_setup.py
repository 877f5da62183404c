"""The page on which an administrator sets events up."""

import re
from html import unescape

import pytest
from django.test import Client

from portal.audit.models import Entry
from portal.events import receivers
from portal.events.models import Delivery, Receiver, ReceiverSecret
from portal.sandbox import world
from tests.events.conftest import KEY, address, event
from tests.portal.test_query_counts import asked

PAGE = "/organisation/events/"
HUB = world.hub_id(0)


@pytest.fixture
def admin(as_person, ada) -> Client:
    return as_person(ada)


def text(answer) -> str:
    return unescape(answer.content.decode())


def secret_in(page: str) -> str:
    return re.search(r"shown this once.*?link-to-copy\">([\w-]{40,})<", page, re.DOTALL)[1]


def test_it_explains_and_makes_an_address(admin, acme, settings):
    assert "How to begin" in text(admin.get(PAGE))
    assert admin.post(PAGE + "make/").status_code == 302
    receiver = Receiver.objects.get()
    key = receivers.key_of(receiver)
    page = text(admin.get(PAGE))

    assert f"{settings.PORTAL_URL}/events/{key}" in page
    assert len(key) == 43
    admin.post(PAGE + "make/")
    assert receivers.key_of(Receiver.objects.get()) == key
    assert Entry.objects.filter(verb="webhook.made").count() == 1


def test_a_hub_is_called_by_the_four_characters_that_its_label_ends_with(admin, receiver, post):
    post(event("HubClaimed", HUB))

    assert f"…{HUB[-4:].upper()}<" in text(admin.get(PAGE))


def test_the_key_page_leads_there(admin):
    assert f'href="{PAGE}"' in text(admin.get("/organisation/key/"))


def test_a_secret_is_shown_once(admin, receiver, post):
    shown = secret_in(text(admin.post(PAGE + "secrets/")))

    assert post("{}").status_code == 401
    assert post("{}", X_Webhook_Secret=shown).status_code == 202
    page = text(admin.get(PAGE))
    assert shown not in page
    assert f"…{shown[-4:]}" in page
    assert "Last used" in page
    assert shown not in str(list(Entry.objects.values()))


def test_the_same_form_sent_again_makes_no_second_one_and_shows_none(admin, receiver):
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', text(admin.get(PAGE)))[1]
    sent = {"csrfmiddlewaretoken": token}
    secret_in(text(admin.post(PAGE + "secrets/", sent)))
    again = admin.post(PAGE + "secrets/", sent, follow=True)

    assert ReceiverSecret.objects.count() == 1
    assert "shown already" in text(again)


def test_there_are_five_secrets_at_most(admin, receiver):
    for _ in range(5):
        admin.post(PAGE + "secrets/")
    answer = admin.post(PAGE + "secrets/", follow=True)

    assert ReceiverSecret.objects.count() == 5
    assert "Remove a secret" in text(answer)
    assert "Make another secret" not in text(answer)


def test_removing_a_secret_asks_first_and_says_what_follows(admin, receiver, post):
    admin.post(PAGE + "secrets/")
    first = ReceiverSecret.objects.get()
    asked = f"{PAGE}secrets/{first.pk}/remove/"
    assert "everybody who knows the address" in text(admin.get(asked))
    admin.post(PAGE + "secrets/")
    assert "refused from then on" in text(admin.get(asked))
    assert ReceiverSecret.objects.count() == 2

    assert admin.post(asked).status_code == 302
    assert first not in ReceiverSecret.objects.all()
    assert admin.post(asked).status_code == 404
    assert Entry.objects.filter(verb="webhook.secret_removed").count() == 1


def test_replacing_the_address_asks_first(admin, receiver, post):
    assert "Replace the address?" in text(admin.get(PAGE + "replace/"))
    assert post("{}").status_code == 202
    admin.post(PAGE + "replace/")

    assert post("{}").status_code == 404
    assert receivers.key_of(Receiver.objects.get()) != KEY
    assert Entry.objects.filter(verb="webhook.replaced").count() == 1


def test_without_an_address_there_is_nothing_to_replace_or_to_add_to(admin, acme):
    for each in ("replace/", "secrets/"):
        assert admin.post(PAGE + each).status_code == 302
    assert not Receiver.objects.exists()
    assert admin.get(PAGE + "live/").status_code == 204


def test_what_came_is_shown_without_what_was_in_it(admin, receiver, post):
    told = event("HubSuspended", HUB, data={"hubId": HUB, "reason": "Burgled"})
    post(told)
    post(told)
    post("verify me")
    post(event("SomethingNew<b>", HUB))
    page = text(admin.get(PAGE))

    assert "A hub was suspended" in page
    assert "came 2 times" in page
    assert f"…{HUB[-4:].upper()}" in page
    assert HUB not in page
    assert "Burgled" not in page
    assert "A check of the address" in page
    assert "SomethingNew<b>" in page
    assert b"SomethingNew<b>" not in admin.get(PAGE).content


def test_what_was_refused_is_counted_on_the_page(admin, receiver, post):
    receivers.add_secret(receiver, None)
    post("{}")
    assert "1 message without a valid secret was refused" in text(admin.get(PAGE))
    post("{}")
    assert "2 messages without a valid secret were refused" in text(admin.get(PAGE))


def test_the_test_goes_to_the_address_and_stands_on_the_page(admin, receiver):
    receivers.add_secret(receiver, None)
    action = re.search(r'action="(/events/[^"]+)"', text(admin.get(PAGE)))[1]
    assert action.startswith(address())

    # As a browser that blocks cookies, and without the page's token.
    assert Client(enforce_csrf_checks=True).post(action).status_code == 204
    assert "Your test" in text(admin.get(PAGE))


def test_the_fragment_comes_when_there_is_something_new(admin, receiver, post):
    def live() -> str:
        return re.search(r'hx-get="([^"]+live[^"]+)"', text(admin.get(PAGE)))[1]

    before = live()
    assert admin.get(before).status_code == 204
    post(event("HubSuspended", HUB))
    answer = admin.get(before)
    assert "A hub was suspended" in text(answer)
    assert "<html" not in text(answer)
    assert admin.get(live()).status_code == 204


def test_another_organisations_deliveries_and_secrets_are_not_shown(
    admin, as_person, hal, harbour, receiver, post
):
    admin.post(PAGE + "secrets/")
    Delivery.objects.all().delete()
    theirs = receivers.replace(harbour, None, "h" * 43)
    receivers.add_secret(theirs, None, "t" * 43)
    post(event("HubSuspended", HUB), key="h" * 43, X_Webhook_Secret="t" * 43)

    page = text(admin.get(PAGE))
    assert "A hub was suspended" not in page
    assert "…tttt" not in page
    assert "…tttt" in text(as_person(hal).get(PAGE))


def test_an_address_that_cannot_be_read_any_more_still_serves(admin, receiver, post, settings):
    settings.PORTAL_ENCRYPTION_KEYS = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    assert "cannot be read any more" in text(admin.get(PAGE))
    assert post("{}").status_code == 202


def test_the_page_takes_a_fixed_number_of_queries(admin, receiver, post):
    counts = []
    for _ in range(2):
        for _ in range(8):
            post(event("HubSuspended", HUB))
        if ReceiverSecret.objects.count() < 3:
            receivers.add_secret(receiver, None, "s" * 43)
            Receiver.objects.get().secrets.all().delete()
        counts.append(len(asked(admin, PAGE)))
    assert counts[0] == counts[1]
    assert counts[1] <= 9
