"""Every page in Greek speaks Greek: what is left of English are names and what people typed."""

import pytest
from django.urls import reverse

from portal.orgs.models import User
from tests.portal.in_english import english

# With rows in them, they are looked at in the tests of the operators' pages.
OPERATORS = reverse("admin:index")


@pytest.mark.parametrize("page", ["<p>Claimed</p>", '<img alt="A label">', "<p>ένα site</p>"])
def test_english_words_are_noticed(page):
    assert english(page)


@pytest.mark.slow
def test_no_page_in_greek_speaks_english(every_page):
    User.objects.update(language="el")
    found = {}
    for client, address in every_page:
        if address.startswith(OPERATORS):
            continue
        answer = client.get(address)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if is_page and (left := english(answer.content.decode())):
            found[address] = left
    assert found == {}


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/claims/new/", {"label": "c0ffee"}),
        ("/claims/read/", {}),
        ("/sites/new/", {}),
        ("/organisation/people/", {"fallback_spkey_user_id": "me"}),
        ("/organisation/key/", {"key": "short", "bearer_token": "!"}),
        ("/accounts/password/change/", {"oldpassword": "?", "password1": "1", "password2": "2"}),
    ],
)
def test_form_errors_are_in_greek(as_person, ada, mill_court, address, data):
    User.objects.update(language="el")
    answer = as_person(ada).post(address, data)
    assert answer.status_code in {200, 422}
    assert english(answer.content.decode()) == []


def test_a_refused_sign_in_is_explained_in_greek(client, db):
    wrong = {"login": "nobody@acme.example", "password": "wrong"}
    answer = client.post("/accounts/login/", wrong, headers={"Accept-Language": "el"})
    assert english(answer.content.decode()) == []
