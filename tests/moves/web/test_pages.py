"""The pages of the three sides: who gets in, what each reads, and what none of them tells."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.claims.engine import actions
from portal.hubs.models import Hub
from portal.hubs.photos.models import HubPhoto
from portal.moves import asking, deciding, holding
from portal.moves.asking import Wish
from portal.moves.models import MoveRequest, State
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person
from tests.conftest import work as work_on
from tests.forms import without_tokens
from tests.hubs.photos import pictures
from tests.moves.conftest import BECAUSE, HELD, WHY, bind, member, now, row_of, work
from tests.people_with_factor import has_used_factor


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path, monkeypatch) -> None:
    photos = settings.STORAGES["photos"] | {"OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"photos": photos}
    pictures.without_a_process(monkeypatch)


def picture(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("label.jpg", content or pictures.photo())


DECLINED = "It cannot be moved: ask whoever ran the building before."


def ask_page(hub) -> str:
    return reverse("moves:ask", args=(hub.pk,))


def filled(site, **fields):
    return {"site": str(site.pk), "why": WHY, "photo": picture(), **fields}


def test_who_asks_says_why_and_sends_a_photo(installer, held, mill_court):
    answer = installer.post(ask_page(held), filled(mill_court))

    asked = MoveRequest.objects.get()
    assert answer.headers["Location"] == reverse("moves:detail", args=(asked.pk,))
    assert (asked.why, asked.site) == (WHY, mill_court)
    photo = HubPhoto.objects.get(hub=held)
    for name in ("moves:photo", "moves:large"):
        assert installer.get(reverse(name, args=(asked.pk, photo.pk))).status_code == 200


@pytest.mark.parametrize("lacking", ["site", "why", "photo"])
def test_each_of_them_is_needed(installer, held, mill_court, orchard_rise, lacking):
    form = filled(mill_court)
    del form[lacking]

    assert installer.post(ask_page(held), form).status_code == 422
    assert not MoveRequest.objects.exists()


def test_a_file_that_is_no_photo_is_refused(installer, held, mill_court):
    form = filled(mill_court, photo=picture(content=b"no picture at all"))

    assert installer.post(ask_page(held), form).status_code == 422
    assert not MoveRequest.objects.exists()


@pytest.mark.parametrize("binding", ["free", "ours", "missing", "unknown"])
def test_what_cannot_be_asked_for_is_said_and_not_made(installer, acme, mill_court, binding):
    hub = row_of(acme, world.hub_id(9), binding)

    assert '<form class="form"' not in installer.get(ask_page(hub)).text
    assert installer.post(ask_page(hub), filled(mill_court)).status_code == 422
    assert not MoveRequest.objects.exists()


def test_a_hub_of_another_organisations_look_ups_is_not_there(installer, harbour, mill_court):
    theirs = row_of(harbour, HELD)

    for hub in (theirs, Hub(pk=uuid4())):
        assert installer.get(ask_page(hub)).status_code == 404
        assert installer.post(ask_page(hub), filled(mill_court)).status_code == 404


def test_a_site_of_another_organisation_is_none(installer, held, mill_court, lighthouse):
    assert installer.post(ask_page(held), filled(lighthouse)).status_code == 422


def test_asked_for_again_it_leads_to_the_request(installer, asked, held, mill_court):
    answer = installer.post(ask_page(held), filled(mill_court))

    assert answer.headers["Location"] == reverse("moves:detail", args=(asked.pk,))
    assert MoveRequest.objects.count() == 1


def test_somebody_limited_to_jobs_does_not_see_what_a_colleague_asked(
    asked, acme, held, as_person, mill_court
):
    lou = make_person("lou@acme.example", "Lou Limited")
    join(lou, acme, all_sites=False)
    client = as_person(lou)

    assert client.get(reverse("moves:detail", args=(asked.pk,))).status_code == 404
    assert "A colleague of yours has asked" in client.get(ask_page(held)).text


# What the page of who asked shows while people are asked is the same to the letter.


def words_of(client, asked) -> str:
    page = without_tokens(client.get(reverse("moves:detail", args=(asked.pk,))).content)
    return re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|datetime=\S*|\d\d:\d\d:\d\d", "", page
    )


def test_nothing_that_happens_at_the_holder_shows_at_who_asked(
    installer, asked, sams, hals, harbour
):
    seen = {words_of(installer, asked)}
    deciding.look_up(asked, sams)
    seen.add(words_of(installer, asked))
    looked = work(asked)
    seen.add(words_of(installer, asked))
    deciding.put_to_holder(looked, sams)
    seen.add(words_of(installer, asked))
    holding.answer(looked, hals, agrees=False)
    seen.add(words_of(installer, asked))

    assert len(seen) == 1
    page = seen.pop()
    assert "Harbour" not in page
    live = reverse("moves:live", args=(asked.pk,))
    told = page.split("?seen=")[1].split('"')[0]
    assert installer.get(f"{live}?seen={told}").status_code == 204


def test_an_unknown_holder_and_a_known_one_read_alike(
    installer, sandbox, asked, sams, hals, acme, ira, mill_court
):
    other = world.hub_id(8)
    bind(sandbox, other, world.OTHER_ORG_ID)
    second = asking.ask(member(ira, acme), Wish(row_of(acme, other), mill_court, WHY))
    pages = []
    for each in (asked, second):
        deciding.look_up(each, sams)
        found = work(each)
        if found.holder:
            deciding.put_to_holder(found, sams)
        text = words_of(installer, each)
        text = re.sub(r"[0-9a-f]{4,12}-?<(wbr|b)>", "", text)
        pages.append(text.replace(found.tail, "TAIL").replace(found.tail.lower(), "TAIL"))
    assert now(second).holder is None
    assert pages[0] == pages[1]


def test_the_holder_reads_nothing_of_who_asks(put, as_person, hal, acme, ira, mill_court):
    page = as_person(hal).get(reverse("moves:held", args=(put.pk,)))

    assert page.status_code == 200
    assert "stands in their building" in page.text
    for word in (acme.name, acme.spkey_org_id, ira.name, ira.email, mill_court.name, WHY):
        assert word not in page.text


@pytest.mark.parametrize("name", ["moves:held", "moves:held-live"])
def test_the_holders_page_is_there_once_the_holder_is_asked(name, looked_up, as_person, hal):
    assert as_person(hal).get(reverse(name, args=(looked_up.pk,))).status_code == 404


def test_the_holders_page_does_not_tell_a_withdrawal_from_a_refusal(put, as_person, hal, ira, sams):
    client, page = as_person(hal), reverse("moves:held-live", args=(put.pk,))
    asking.withdraw(put, ira)
    seen = []
    for state in ("withdrawn", "declined"):
        fields = {} if state == "withdrawn" else {"decided_by": sams.user, "sentence": "No"}
        MoveRequest.objects.filter(pk=put.pk).update(state=state, **fields)
        fragment = client.get(page).text
        assert state not in fragment.lower()
        seen.append(client.get(f"{page}?seen=withdrawn.{now(put).holder_answer}").status_code)
        seen.append(fragment)

    assert seen[:2] == seen[2:]


def test_others_of_the_holder_do_not_answer(put, harbour, as_person):
    ivo = make_person("ivo@harbour.example", "Ivo")
    join(ivo, harbour)
    page = reverse("moves:held", args=(put.pk,))

    assert as_person(ivo).post(page, {"answer": "yes"}).status_code == 403
    assert now(put).state == State.WITH_HOLDER


@pytest.mark.parametrize(("said", "state"), [("yes", "yes"), ("no", "no")])
def test_the_holder_answers_with_one_tap(put, as_person, hal, said, state):
    client, page = as_person(hal), reverse("moves:held", args=(put.pk,))

    assert client.post(page, {"answer": said}).status_code == 302
    assert client.post(page, {"answer": "no" if said == "yes" else "yes"}).status_code == 302
    assert now(put).holder_answer == state


def test_an_answer_that_is_none_is_none(put, as_person, hal):
    client, page = as_person(hal), reverse("moves:held", args=(put.pk,))

    for said in ("", "maybe"):
        assert client.post(page, {"answer": said}).status_code == 404
    assert now(put).state == State.WITH_HOLDER


def test_who_asked_and_administers_the_holder_has_no_buttons(put, as_person, ira, harbour):
    join(ira, harbour, "admin")
    client, page = as_person(ira), reverse("moves:held", args=(put.pk,))

    assert "Another administrator has to answer" in client.get(page).text
    client.post(page, {"answer": "yes"})
    assert now(put).state == State.WITH_HOLDER


def move(name: str, asked) -> str:
    return reverse(f"support:{name}", args=(asked.pk,))


def test_support_goes_the_whole_way(agent, asked, as_person, hal, sandbox, ada):
    assert asked.tail in agent.get(reverse("support:moves")).text
    assert asked.tail in agent.get(reverse("home")).text
    assert agent.post(move("move", asked), {"do": "look"}).status_code == 302
    assert "Harbour Living" in agent.get(move("move", work(asked))).text
    assert agent.post(move("move", asked), {"do": "ask"}).status_code == 302
    assert "be moved to another organisation?" in as_person(hal).get(reverse("home")).text
    as_person(hal).post(reverse("moves:held", args=(asked.pk,)), {"answer": "yes"})
    assert "The holder agrees" in agent.get(move("move-approve", asked)).text
    form = {"because": BECAUSE, "losses": "on"}
    assert agent.post(move("move-approve", asked), form).status_code == 302
    work(asked, rounds=3)

    assert "Moved to Mill Court" in agent.get(move("move", asked)).text
    assert (
        "Moved to Mill Court" in as_person(ada).get(reverse("moves:detail", args=(asked.pk,))).text
    )
    held = as_person(hal).get(reverse("moves:held", args=(asked.pk,))).text
    assert "It was moved to another organisation" in held
    assert sandbox.state.hubs[HELD].org_id == world.ACME_ORG_ID


@pytest.mark.parametrize("lacking", ["because", "losses"])
def test_the_confirmation_takes_a_reason_and_the_tick(agent, agreed, lacking):
    form = {"because": BECAUSE, "losses": "on"}
    del form[lacking]

    assert agent.post(move("move-approve", agreed), form).status_code == 422
    assert now(agreed).state == State.ANSWERED


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("move", {"do": "look"}),
        ("move-approve", {"because": BECAUSE, "losses": "on"}),
        ("move-decline", {"sentence": DECLINED}),
    ],
)
def test_a_stale_factor_does_nothing(agreed, sam, as_person, name, form):
    client = as_person(sam)
    has_used_factor(client, sam, seconds_ago=600)

    answer = client.post(move(name, agreed), form)

    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    assert now(agreed).state == State.ANSWERED


def test_without_a_factor_nothing_is_seen(agreed, sam, as_person):
    for name in ("move", "move-approve", "move-decline", "move-live"):
        assert as_person(sam).get(move(name, agreed)).status_code == 403


@pytest.mark.parametrize("who", ["ira", "ada", "hal", "otto"])
@pytest.mark.parametrize("name", ["move", "move-approve", "move-decline", "move-live"])
def test_for_everybody_else_supports_pages_are_not_there(agreed, who, name, request, as_person):
    client = has_used_factor(as_person(person := request.getfixturevalue(who)), person)

    assert client.get(move(name, agreed)).status_code == 404


def test_an_own_request_is_not_approved_by_its_address(agreed, ira, spkey_support, as_person):
    join(ira, spkey_support, support=True)
    client = has_used_factor(as_person(ira), ira)

    for name, form in (
        ("move-approve", {"because": BECAUSE, "losses": "on"}),
        ("move-decline", {"sentence": DECLINED}),
        ("move", {"do": "look"}),
    ):
        client.post(move(name, agreed), form)
        assert client.get(move("move-approve", agreed)).status_code == 302
    assert now(agreed).state == State.ANSWERED
    assert "A colleague decides" in client.get(move("move", agreed)).text


def test_what_cannot_be_approved_shows_no_form(agent, put):
    assert agent.get(move("move-approve", put)).status_code == 302
    agent.post(move("move-approve", put), {"because": BECAUSE, "losses": "on"})
    assert now(put).state == State.WITH_HOLDER


def test_a_declined_request_tells_who_asked_why(agent, agreed, installer):
    agent.post(move("move-decline", agreed), {"sentence": DECLINED})

    assert DECLINED in installer.get(reverse("moves:detail", args=(agreed.pk,))).text


def test_a_request_is_taken_back_from_its_page(installer, asked):
    installer.post(reverse("moves:withdraw", args=(asked.pk,)))
    assert now(asked).state == State.WITHDRAWN


def test_the_claims_page_leads_there_and_back(installer, ira, mill_court, sandbox):
    bind(sandbox, HELD, world.HARBOUR_ORG_ID)
    claim = work_on(actions.submit(claim_request(ira, mill_court, HELD)), rounds=2)
    page = reverse("claims:detail", args=(claim.pk,))
    assert ask_page(claim.hub) in installer.get(page).text

    installer.post(ask_page(claim.hub), filled(mill_court))

    asked = MoveRequest.objects.get()
    text = installer.get(page).text
    assert asked.claim == claim
    assert reverse("moves:detail", args=(asked.pk,)) in text
    assert ask_page(claim.hub) not in text


def test_the_list_tells_what_was_looked_up_from_what_is_new(agent, asked, looked_up, ira, acme):
    page = agent.get(reverse("support:moves")).text

    assert "Looked up" in page
    assert ">New<" not in page


def test_where_nothing_but_declining_is_left_that_is_the_button(agent, put, hals):
    holding.answer(put, hals, agrees=False)
    page = agent.get(move("move", put)).text
    leads = reverse("support:move-decline", args=(put.pk,))

    assert f'class="button primary" href="{leads}"' in page


def test_while_the_holder_is_awaited_declining_is_not_what_stands_out(agent, put):
    leads = reverse("support:move-decline", args=(put.pk,))

    assert f'class="button quiet" href="{leads}"' in agent.get(move("move", put)).text


@pytest.mark.parametrize(
    ("how", "said"),
    [("yes", "The holder is happy for it"), ("silent", "Nobody has answered for the holder")],
)
def test_what_is_to_be_decided_says_by_what(agent, put, hals, how, said):
    if how == "yes":
        holding.answer(put, hals, agrees=True)
    else:
        silent = {"state": State.ANSWERED, "holder_answer": "silent", "due_at": None}
        MoveRequest.objects.update(**silent, answered_at=timezone.now())

    assert said in agent.get(move("move", put)).text


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("Suspended", "The hub is suspended."),
        ("Decommissioned", "The hub is out of service for good."),
    ],
)
@pytest.mark.parametrize("way", ["looked_up", "agreed"])
def test_support_reads_why_a_hub_out_of_use_cannot_be_approved(
    agent, request, status, sentence, way
):
    asked = request.getfixturevalue(way)
    MoveRequest.objects.update(found_status=status)
    page = agent.get(reverse("support:move", args=(asked.pk,))).text
    approve = reverse("support:move-approve", args=(asked.pk,))

    assert sentence in page
    assert "SmartphoneKey's support" not in page
    assert approve not in page
    assert 'value="ask"' not in page
    assert reverse("support:move-decline", args=(asked.pk,)) in page
    led = agent.post(approve, {"because": BECAUSE, "losses": "on"}, follow=True)
    assert "so it cannot be moved now. Decline it and say so, or look it up again" in led.text
    assert now(asked).state == asked.state
