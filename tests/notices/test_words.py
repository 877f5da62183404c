"""A letter says what happened and where to act, with neither markup nor a key in it."""

import json
import logging

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.notices import outbox
from portal.notices.models import Notice
from portal.sandbox import world
from tests.notices.conftest import FACTS, post, refuse_all_claims, tell


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_every_kind_has_words_that_say_where_and_hold_no_markup(acme, ada, mailoutbox, kind):
    acme.name = "O'Brien & <Sons>"
    acme.save()
    tell(acme, kind, site="Mill <Court> & \r\nBcc: x@y.example")
    post()

    (letter,) = mailoutbox
    assert "O'Brien & <Sons>" in letter.subject
    assert "\n" not in letter.subject
    assert "\nhttp://localhost:8000/" in letter.body
    assert "\nBcc" not in letter.body
    assert not {"&amp;", "&#x27;", "&lt;", "{", "None"} & set(letter.body.split())
    assert "\n\n\n" not in letter.body
    if not kind.startswith("key_"):
        assert "Mill <Court> & Bcc: x@y.example" in letter.body
        assert reverse("claims:detail", args=(FACTS["claim"],)) in letter.body
    if kind not in {"key_refused", "key_mismatch"}:
        assert FACTS["hub"] in letter.subject + letter.body


def test_a_notice_of_an_unknown_kind_is_refused(acme, ada):
    with pytest.raises(ValueError, match="birthday"):
        outbox.tell(acme.pk, "birthday", "one")


def test_neither_a_notice_nor_its_email_can_hold_a_key(
    sandbox, acme, ada, ira, mill_court, mailoutbox, caplog
):
    caplog.set_level(logging.DEBUG)
    sandbox.state.keys.revoke("acme")
    refuse_all_claims(ira, mill_court, hubs=1)
    rows = json.dumps(
        list(Notice.objects.values()) + list(Entry.objects.filter(verb="notice.told").values()),
        default=str,
    )
    letters = "".join(letter.message().as_string() for letter in mailoutbox)

    assert letters
    for text in (rows, letters):
        assert world.ACME_KEY[:8] not in text
        assert acme.credential.fingerprint not in text
    with pytest.raises(TypeError):
        tell(acme, about="secret", key=acme.credential.key)
