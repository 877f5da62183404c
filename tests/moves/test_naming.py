"""What one side reads names nothing of the other; and who may not know is told nothing by that."""

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.hubs.actions.models import HubAction
from portal.moves import asking, deciding
from portal.moves.asking import Wish
from portal.moves.deciding import TellsError
from portal.moves.models import MoveRequest
from portal.notices.models import Notice
from portal.orgs import naming
from portal.sandbox import world
from tests.moves.conftest import HELD, bind, member, now, work
from tests.moves.web.test_pages import filled

HOLDER = {
    "name": "It belongs to Harbour Living, who keep it.",
    "name in capitals": "HARBOUR LIVING said that it stays",
    "name in one word": "Ask harbourliving about it, please",
    "name with its form": "It is that of Harbour Living Ltd.",
    "SpKey id": "It is bound to harbour-living at SpKey",
}
ADDRESSES = {
    "administrator": "Write to admin@harbour.example about it",
    "stranger": "Write to nobody@nowhere.example about it",
    "in brackets": "Ask Hal <admin@harbour.example> about it",
}
ASKER = {"name": "Acme Properties took it over in May", "SpKey id": f"For {world.ACME_ORG_ID}"}


@pytest.mark.parametrize(
    ("called", "text", "is_named"),
    [
        ("Harbour Living", "harbour   living's", True),
        ("Harbour Living Ltd.", "it is Harbour Living’s", True),
        ("Στέγη Α.Ε.", "το έχει η ΣΤΕΓΗ ΑΕ", True),  # noqa: RUF001 - meant
        ("Στέγη", "στη στεγη", True),
        ("A.B.C. Homes", "ABC Homes", True),
        ("org_7", "bound to org-7", True),
        ("Harbour Living", "a living harbour", False),
        ("Art", "a party", False),
        ("Harbour", "Harbour Living’s tablet", True),
        ("org-71", "org-7", False),
        ("", "anything at all", False),
        ("***", "anything at all", False),
    ],
)
def test_a_name_is_known_again_however_it_is_spelt(called, text, is_named):
    assert naming.names_one(text, [called]) == is_named


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("As for (Harbour Living), last week", "Harbour Living"),
        ("As at Harbour, and HARBOUR-LIVING.", "HARBOUR-LIVING"),
        ("Acme Harbour Living has it", ""),
        ("A living harbour", ""),
    ],
)
def test_the_words_that_name_one_are_given_as_they_were_typed(text, words):
    beside = ["Acme Harbour Living"]

    assert naming.words_naming_one(text, ["Harbour Living"], beside=beside) == words


@pytest.mark.parametrize("text", [*HOLDER.values(), *ADDRESSES.values()])
def test_who_asked_is_not_told_whose_the_hub_is(agreed, sams, text):
    with pytest.raises(TellsError):
        deciding.decline(agreed, sams, text)

    assert now(agreed).state == agreed.state
    assert not Notice.objects.filter(kind="move_ended").exists()
    assert text not in str(list(Entry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize("text", [*HOLDER.values(), *ASKER.values(), *ADDRESSES.values()])
def test_neither_side_is_named_to_smartphonekey(agreed, sams, text):
    with pytest.raises(TellsError):
        deciding.approve(agreed, sams, text)

    assert now(agreed).state == agreed.state
    assert not HubAction.objects.exists()


def test_a_holder_that_the_portal_does_not_know_is_not_named_either(sandbox, asked, sams):
    bind(sandbox, HELD, world.OTHER_ORG_ID)
    deciding.look_up(asked, sams)
    found = work(asked)

    for decide in (deciding.approve, deciding.decline):
        with pytest.raises(TellsError):
            decide(found, sams, f"It is bound to {world.OTHER_ORG_ID} for now")


@pytest.mark.parametrize("text", ["It stays where it is.", "Acme Properties has no claim to it."])
def test_everything_else_can_be_said(agreed, sams, text):
    deciding.decline(agreed, sams, text)

    assert now(agreed).sentence == text


FORMS = {
    "decline": ("sentence", {}, "Leave out whose the hub is"),
    "approve": ("because", {"losses": "on"}, "Leave out their names and ids"),
}


@pytest.mark.parametrize("what", FORMS)
@pytest.mark.parametrize("text", [*HOLDER.values(), *ADDRESSES.values()])
def test_the_form_says_so_and_keeps_what_was_typed(agent, agreed, what, text):
    field, more, sentence = FORMS[what]
    answer = agent.post(reverse(f"support:move-{what}", args=(agreed.pk,)), {field: text} | more)

    assert answer.status_code == 422
    said = " ".join(answer.context["form"].errors[field])
    assert ("Leave out e-mail addresses" if "@" in text else sentence) in said
    assert answer.context["form"][field].value() == text
    assert now(agreed).state == agreed.state


@pytest.mark.parametrize("what", FORMS)
def test_a_members_address_is_refused_in_the_words_of_a_strangers(agent, agreed, what):
    """Who administers an organisation that let nobody in, support does not learn either."""
    field, more, _ = FORMS[what]
    said = [
        agent.post(reverse(f"support:move-{what}", args=(agreed.pk,)), {field: text} | more)
        .context["form"]
        .errors
        for text in (ADDRESSES["administrator"], ADDRESSES["stranger"])
    ]

    assert said[0] == said[1]


@pytest.mark.parametrize("why", [*HOLDER.values(), "Some other people held it before"])
def test_who_asks_may_guess_and_is_told_nothing_by_that(mill_court, held, hals, installer, why):
    """Only support reads it. Refused, it would tell who asks that they guessed right."""
    answer = installer.post(reverse("moves:ask", args=(held.pk,)), filled(mill_court, why=why))

    assert answer.status_code == 302
    assert MoveRequest.objects.get().why == why
    assert not Notice.objects.filter(user=hals.user).exists()


def test_nothing_that_who_asked_wrote_reaches_the_holder(
    ira, acme, mill_court, held, sams, hals, as_person, sandbox
):
    why = "Acme Properties bought the building from Harbour Living"
    asked = asking.ask(member(ira, acme), Wish(held, mill_court, why))
    deciding.look_up(asked, sams)
    deciding.put_to_holder(work(asked), sams)

    page = as_person(hals.user).get(reverse("moves:held", args=(asked.pk,))).text
    letters = str(list(Notice.objects.filter(user=hals.user).values_list("facts", flat=True)))
    record = Entry.objects.filter(organisation_id=hals.organisation_id)
    for text in (page, letters, str(list(record.values_list("detail", flat=True)))):
        for word in ("Acme", world.ACME_ORG_ID, ira.email, "Ira", why, "Mill Court"):
            assert word not in text


@pytest.mark.parametrize("answer", ["yes", "no", "silent", "unknown"])
def test_nothing_of_the_holder_reaches_who_asked(put, sams, installer, answer, hals, ira, harbour):
    if answer != "unknown":
        answered = {"holder_answer": answer, "state": "answered", "due_at": None}
        by = None if answer == "silent" else hals.user
        MoveRequest.objects.update(answered_by=by, **answered)
    deciding.decline(now(put), sams, "It stays where it is.")

    page = installer.get(reverse("moves:detail", args=(put.pk,))).text
    letters = str(list(Notice.objects.filter(user=ira).values_list("facts", flat=True)))
    record = Entry.objects.filter(organisation_id=put.organisation_id)
    for text in (page, letters, str(list(record.values_list("detail", flat=True)))):
        for word in (harbour.name, harbour.spkey_org_id, hals.user.email, "Hal ", "Lighthouse"):
            assert word not in text


@pytest.mark.parametrize(
    ("whom", "text"),
    [
        (world.HARBOUR_ORG_ID, "Acme Properties asks for their hub"),
        (world.ACME_ORG_ID, "Harbour Living has their hub"),
        ("Harbour Living", f"It is {world.ACME_ORG_ID} that asks"),
    ],
)
def test_neither_side_is_named_to_the_other_in_what_support_asks_them(agent, looked_up, whom, text):
    """Its administrators read the reason of a request for access, and of broken glass."""
    fields = {"organisation": whom, "reason": text, "ticket": "T-1", "what": "claim", "hours": "24"}
    for page in ("support:ask", "support:break-glass"):
        answer = agent.post(reverse(page), fields)
        assert "They read this, and “" in str(answer.context["form"].errors["reason"])
