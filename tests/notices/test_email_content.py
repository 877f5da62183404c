"""An e-mail says what happened and where to act, with neither markup nor a key in it."""

import json
import logging
import re

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.notices import outbox, topics
from portal.notices.models import Notice
from portal.sandbox import world
from tests.notices.conftest import FACTS, notify, post, refuse_all_claims

COUNTED = {
    Notice.Kind.GAVE_UP,
    Notice.Kind.WAITS,
    Notice.Kind.HUBS_OFFLINE,
    Notice.Kind.HUBS_LEFT,
}
SAID = {
    Notice.Kind.SUPPORT_GRANTED: ["SpKey Support has access", f"/grants/{FACTS['grant']}/"],
    Notice.Kind.SUPPORT_MOVED: ["asked to move hub", f"/grants/{FACTS['grant']}/"],
    Notice.Kind.SUPPORT_USED: ["for the first time", f"/grants/{FACTS['grant']}/"],
    Notice.Kind.SUPPORT_ASKED: ["SpKey Support asks", f"/requests/{FACTS['request']}/"],
    Notice.Kind.SUPPORT_ANSWERED: ["lets you in", f"/support/{FACTS['grant']}/"],
    Notice.Kind.BREAK_GLASS: ["without your consent", "T-4711", f"/grants/{FACTS['grant']}/"],
    Notice.Kind.GLASS_BROKEN: ["broke the glass for Harbour Living", "T-4711", "/record/"],
    Notice.Kind.SUPPORT_BURST: ["acted for others 60 times", "/record/"],
    Notice.Kind.MOVE_HELD: ["stands in their building", f"/moves/held/{FACTS['request']}/"],
    Notice.Kind.HUB_TAKEN: ["as you agreed", f"/moves/held/{FACTS['request']}/"],
    Notice.Kind.MOVE_ANSWERED: ["may be moved", f"/support/moves/{FACTS['request']}/"],
    Notice.Kind.MOVE_ENDED: ["could not be moved", f"/moves/{FACTS['request']}/"],
    Notice.Kind.IMPORT_FINISHED: ["12 hubs done", f"/{FACTS['plan']}/"],
    Notice.Kind.HUB_REFUSED: [
        "Ira could not claim hub …",
        f"See claim {FACTS['claim_number']}",
        f"/claims/{FACTS['claim']}/?organisation={FACTS['works_in']}\n",
        "This hub belongs to another organisation",
    ],
}
FOR_ADMINISTRATORS = [kind for kind in Notice.Kind.values if kind != Notice.Kind.OPERATOR_CHANGE]


@pytest.mark.parametrize("kind", FOR_ADMINISTRATORS)
def test_every_kind_has_words_that_say_where_and_hold_no_markup(
    acme, ada, mailoutbox, monkeypatch, kind
):
    acme.name = "O'Brien & <Sons>"
    acme.save()
    of_person = {"change": "administrator_given", "whom": FACTS["person"]}
    site = "Mill <Court> & \r\nBcc: x@y.example"
    if kind in COUNTED:
        monkeypatch.setitem(outbox.FRESH, kind, lambda _notice: {"number": 2, "sites": site})
    notify(acme, kind, site=site, **of_person)
    post()

    (email,) = mailoutbox
    assert "O'Brien & <Sons>" in email.subject
    assert "\n" not in email.subject
    assert "\nhttp://localhost:8000/" in email.body
    assert "\nBcc" not in email.body
    assert not {"&amp;", "&#x27;", "&lt;", "{", "None"} & set(email.body.split())
    assert "\n\n\n" not in email.body
    assert ("List-Unsubscribe" in email.extra_headers) == (kind in topics.TOPIC_OF)
    ((html, kind_of_html),) = email.alternatives
    assert kind_of_html == "text/html"
    assert "O&#x27;Brien &amp; &lt;Sons&gt;" in html
    assert "<Court>" not in html
    assert 'href="http://localhost:8000/' in html
    assert not re.search(r"<(?:img|script|link)|url\(", html)
    if kind in {"unknown_hubs", "administrators"}:
        assert FACTS["person"] in email.subject
        assert reverse("people:list") in email.body
        return
    if kind in COUNTED:
        assert "2" in email.subject
        assert "Mill <Court> & Bcc: x@y.example" in email.body
        return
    if kind == "hubs_back":
        assert "17" in email.subject
        assert "4A17, Flat 12" in email.body
        return
    if kind == "job_completed":
        assert "12 hubs" in email.body
        assert reverse("jobs:handover", args=(FACTS["job"],)) in email.body
        return
    if kind in SAID:
        assert all(words in email.subject + email.body for words in SAID[kind])
        return
    if kind.startswith("job_"):
        name = "request" if kind == "job_request" else "job"
        address = reverse(
            "jobs:request" if name == "request" else "jobs:detail", args=(FACTS[name],)
        )
        assert address in email.body
        assert "14 December 2030" in email.body
        return
    if not kind.startswith("key_"):
        assert "Mill <Court> & Bcc: x@y.example" in email.body
        assert reverse("claims:detail", args=(FACTS["claim"],)) in email.body
    if kind == "key_expires":
        assert "14 December 2030" in email.subject
    elif kind not in {"key_refused", "key_mismatch"}:
        assert FACTS["hub"] in email.subject + email.body


def test_where_support_may_act_and_what_was_noted_are_sentences_of_their_own(acme, ada, mailoutbox):
    notify(acme, Notice.Kind.SUPPORT_GRANTED, sites=["Mill Court"], note="Please claim block B.")
    post()

    (email,) = mailoutbox
    assert "Only at: Mill Court.\nNote: Please claim block B.\n" in email.body


def test_a_refused_hub_without_a_claim_leads_to_what_can_be_done(acme, ada, mailoutbox):
    notify(acme, Notice.Kind.HUB_REFUSED, claim="", site="")
    post()
    address = f"/claims/sent/{FACTS['sent']}/?organisation={FACTS['works_in']}\n"
    assert address in mailoutbox[0].body
    assert "which could not be claimed" in mailoutbox[0].body


def test_a_notice_of_an_unknown_kind_is_refused(acme, ada):
    with pytest.raises(ValueError, match="birthday"):
        outbox.notify(acme.pk, "birthday", "one")


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
    emails = "".join(email.message().as_string() for email in mailoutbox)

    assert emails
    for text in (rows, emails):
        assert world.ACME_KEY[:8] not in text
        assert acme.credential.fingerprint not in text
    with pytest.raises(TypeError):
        notify(acme, about="secret", key=acme.credential.key)
