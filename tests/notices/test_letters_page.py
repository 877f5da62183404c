"""In development, the e-mails written lately are shown, in both languages and both forms."""

import re

from django.urls import reverse

from portal.notices import account_emails
from portal.notices.models import AccountEmail, Notice
from tests.notices.conftest import notify


def test_letters_are_shown_in_both_languages_and_as_html(as_person, ada, acme, settings):
    settings.DEBUG = True
    notify(acme)
    notify(acme, "gave_up", "2031-01-14T10:00:00+00:00")
    account_emails.write_to(ada, AccountEmail.Kind.NEW_PASSWORD, "en")
    client = as_person(ada)
    page = client.get(reverse("letters"))

    text = page.content.decode()
    assert "Choose a new password for admin@acme.example" in text
    assert "nobody can say whether hub" in text
    assert len(set(re.findall(r'href="(/letters/[^"]+)"', text))) == 6
    review = Notice.objects.get(kind="review")
    html = client.get(reverse("letter", args=("notice", review.pk, "el")))
    assert '<html lang="el">' in html.content.decode()
    assert html["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.get(reverse("letter", args=("notice", review.pk, "fr"))).status_code == 404
    assert client.get(reverse("letter", args=("x", review.pk, "el"))).status_code == 404


def test_outside_development_there_are_none(as_person, ada, acme):
    notify(acme)
    client = as_person(ada)

    assert client.get(reverse("letters")).status_code == 404
    address = reverse("letter", args=("notice", Notice.objects.get().pk, "en"))
    assert client.get(address).status_code == 404
