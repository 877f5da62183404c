"""Every verb that is recorded has a sentence, in both languages; one that has none is readable."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.utils import translation

from portal.audit.display import details, wording
from portal.audit.kinds import Kind, kind_of
from portal.audit.models import Entry
from portal.claims.models import Reason as ClaimReason
from portal.hubs.actions.models import Kind as ActionKind
from portal.hubs.actions.models import Reason as ActionReason
from portal.notices.models import Notice
from portal.orgs import sign_in_record
from portal.orgs.models import KeyCandidate

PORTAL = Path(__file__).resolve().parents[2] / "portal"
# Functions that take a verb as the first of their texts.
RECORDERS = {
    "record",
    "entry",
    "record_change",
    "record_of",
    "_record",
    "_recorded",
    "_of_stranger",
}
# Verbs that are put together: what stands in the source → what becomes of it.
TOGETHER = {
    "f'key.{state}'": ["key.refused", "key.mismatch"],
    "f'key.candidate_{news['state']}'": [
        f"key.candidate_{state}" for state in KeyCandidate.State.values
    ],
    "f'hub.{action.kind}_{what}'": [
        f"hub.{kind}_{what}" for kind in ActionKind.values for what in ("asked", "ended")
    ],
    "f'hub.asked_of_us_{said}'": [f"hub.asked_of_us_{said}" for said in ("yes", "no", "silent")],
    "f'{subject}.removed'": ["membership.removed", "site.removed"],
    "f'{subject}.changed'": ["membership.changed", "site.changed"],
    "f'{subject}.{made}'": ["membership.added", "site.created"],
}
NAMED = {*sign_in_record.OF_PASSWORDS.values(), *sign_in_record.OF_FACTORS.values()}


def verbs_in(source: str) -> Iterator[str]:
    """Yield the verbs of the calls in a source; what is a variable is assigned nearby."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "verb":
            yield from _texts(node.value)
        if isinstance(node, ast.Call) and _name(node.func) in RECORDERS:
            for argument in node.args:
                yield from _texts(argument)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from TOGETHER[ast.unparse(node)]
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def verbs() -> set[str]:
    own = PORTAL / "sandbox"
    sources = (path for path in PORTAL.rglob("*.py") if not path.is_relative_to(own))
    found = {verb for path in sources for verb in verbs_in(path.read_text(encoding="utf-8"))}
    return found | NAMED


def test_every_verb_in_the_source_is_found():
    assert list(verbs_in("verb = 'a.b' if x else 'a.c'\nrecord('d.e', actor=None)")) == [
        *("a.b", "a.c", "d.e"),
    ]
    assert {"claim.submitted", "support.claimed", "organisation.changed", "key.refused"} <= verbs()


def test_every_verb_has_a_sentence_a_kind_and_its_greek():
    known = {sentence.partition("/")[0] for sentence in wording.SENTENCES}

    assert verbs() - known == set()
    assert {verb for verb in verbs() if kind_of(verb) is Kind.OTHER} <= {
        *("organisation.created", "organisation.changed", "organisation.recovered"),
        *("notice.told", "record.exported", "news.changed"),
    }
    with translation.override("el"):
        greek = {verb: str(words) for verb, words in wording.SENTENCES.items()}
    assert [verb for verb, words in greek.items() if words == str(wording.SENTENCES[verb])] == []


@pytest.mark.parametrize("verb", wording.SENTENCES)
def test_a_sentence_can_be_said_of_an_entry_that_knows_nothing(verb):
    assert wording.sentence(Entry(verb=verb.partition("/")[0]))


@pytest.mark.parametrize("kind", Notice.Kind)
def test_of_an_email_the_record_says_what_it_was_about(kind):
    said = wording.sentence(Entry(verb="notice.told", detail={"kind": str(kind)}))

    assert said.startswith("E-mail was written about ")


def test_a_verb_that_has_no_words_yet_is_shown_as_it_is_written():
    entry = Entry(verb="place.was_changed", actor_name="Ira", actor_id="x", detail={"a": [1, 2]})

    assert wording.sentence(entry) == "Ira: place: was changed"
    assert details.details(entry) == [("a", "1 → 2")]


def test_no_detail_that_the_portal_writes_is_raw():
    changes = {"role": ["installer", "admin"], "all_sites": ["", "True"]}
    entry = Entry(verb="membership.changed", detail={"changes": changes})
    assert details.details(entry) == [
        ("Role", "Installer → Administrator"),
        ("Where", "Only the sites of their jobs → All sites"),
    ]
    entry = Entry(
        verb="handover.link_made",
        object_label="Mill Court · 2",
        detail={"number": 2, "days": 30, "takes_acceptance": False, "expires_on": "2030-01-07"},
    )
    assert details.details(entry) == [("Days", "30"), ("Expires on", "7 January 2030")]
    assert details.details(Entry(verb="factor.added", detail={"factor": "totp"})) == []


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("97ac1538-b953-498f-ae13-4980591aa899", "hub …A899"),
        ("97ac1538", "97ac1538"),
        ("admin@acme.example", "admin@acme.example"),
    ],
)
def test_what_support_looked_up_is_said(what, said):
    entry = Entry(verb="support.searched", detail={"what": what})
    assert details.details(entry) == [("Looked up", said)]


@pytest.mark.parametrize("reason", sorted({*ClaimReason.values, *ActionReason.values} - {""}))
def test_why_something_came_to_nothing_is_said_in_words(reason):
    assert str(details.VALUES[reason]) != reason


def test_each_kind_of_second_factor_has_a_line_of_its_own():
    said = {
        wording.sentence(Entry(verb="factor.added", detail={"factor": str(kind)}))
        for kind in Authenticator.Type
    }
    assert len(said) == len(Authenticator.Type)
