"""Administrators say in whose name at SpKey their people claim."""

from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Reason, State
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person, work
from tests.people_with_factor import set_up_factor

PEOPLE = reverse("people:list")
SPKEY_USER = "5f0f2f8e-8c2c-4d3f-9d0a-6c1f6a2b7e11"


@pytest.fixture
def admin(as_person, ada):
    """Ada's browser."""
    return as_person(ada)


@pytest.fixture
def nia(acme):
    """Nia installs for Acme under an address that SpKey does not know."""
    person = make_person("nia@elsewhere.example", "Nia New")
    join(person, acme)
    return person


def edit_address(person) -> str:
    return reverse("people:edit", args=(person.memberships.get().pk,))


def row_of(page: str, name: str) -> str:
    """Return the list's row that speaks of this person, without its tags' line ends."""
    (row,) = [row for row in page.split("<tr>")[1:] if name in row]
    return " ".join(row.partition("</tr>")[0].split())


def test_the_list_shows_members_with_what_is_known_of_each(admin, as_person, ira, nia, acme):
    Membership.objects.filter(user=ira).update(spkey_user_id=SPKEY_USER)
    Membership.objects.filter(user=nia).update(expires_at=timezone.now(), support=True)
    set_up_factor(ira)
    as_person(ira).get("/")
    page = admin.get(PEOPLE).content.decode()
    iras, nias, adas = (row_of(page, name) for name in ("Ira Installer", "Nia New", "Ada Admin"))

    assert ira.email in iras
    assert "Installer" in iras
    assert "Known" in iras
    assert ">Yes<" in iras
    assert "time-ago" in iras  # He was seen.
    assert "Not yet" in nias
    assert ">No<" in nias
    assert "Support agent" in nias
    assert "Expired" in nias
    assert "Administrator" in adas


def test_the_list_names_nobody_of_another_organisation(admin, hal):
    assert hal.email not in admin.get(PEOPLE).content.decode()


def test_an_administrator_gives_a_member_their_spkey_user_id(admin, ada, nia, acme):
    answer = admin.post(edit_address(nia), {"spkey_user_id": f" {SPKEY_USER.upper()} "})
    member = nia.memberships.get()
    entry = Entry.objects.get(verb="membership.changed")

    assert answer["Location"] == PEOPLE
    assert (member.spkey_user_id, member.spkey_user_id_found) == (UUID(SPKEY_USER), False)
    assert (entry.actor_id, entry.organisation_id) == (ada.pk, acme.pk)
    assert entry.object_id == str(member.pk)
    assert entry.detail == {
        "member": nia.email,
        "changes": {"spkey_user_id": ["", SPKEY_USER]},
    }


def test_an_empty_field_takes_the_id_away(admin, ira):
    Membership.objects.filter(user=ira).update(spkey_user_id=SPKEY_USER, spkey_user_id_found=True)
    admin.post(edit_address(ira), {"spkey_user_id": ""})
    member = ira.memberships.get()

    assert (member.spkey_user_id, member.spkey_user_id_found) == (None, False)


@pytest.mark.parametrize("typed", ["Ira", "1", "5f0f2f8e-8c2c", f"{SPKEY_USER}0"])
def test_what_is_no_id_is_refused_and_kept_in_the_form(typed, admin, ira, acme):
    for address, field in (
        (edit_address(ira), "spkey_user_id"),
        (PEOPLE, "fallback_spkey_user_id"),
    ):
        answer = admin.post(address, {field: typed})

        assert answer.status_code == 422
        assert 'class="errors"' in answer.content.decode()
    assert not Membership.objects.exclude(spkey_user_id=None).exists()
    assert not Entry.objects.filter(
        verb__in=("membership.changed", "organisation.changed")
    ).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("role", "admin"), ("support", "on"), ("expires_at", "2030-01-01"), ("user", "x")],
)
def test_nothing_else_of_a_membership_can_be_changed(field, value, admin, ira):
    before = Membership.objects.filter(user=ira).values().get()
    admin.post(edit_address(ira), {"spkey_user_id": SPKEY_USER, field: value})
    after = Membership.objects.filter(user=ira).values().get()

    assert str(after.pop("spkey_user_id")) == SPKEY_USER
    before.pop("spkey_user_id")
    assert after == before


def test_the_same_id_again_is_no_change(admin, ira):
    Membership.objects.filter(user=ira).update(spkey_user_id=SPKEY_USER, spkey_user_id_found=True)
    admin.post(edit_address(ira), {"spkey_user_id": SPKEY_USER})

    assert ira.memberships.get().spkey_user_id_found
    assert not Entry.objects.filter(verb="membership.changed").exists()


def test_an_administrator_gives_the_organisation_a_fallback(admin, ada, acme):
    answer = admin.post(PEOPLE, {"fallback_spkey_user_id": SPKEY_USER, "name": "Other"})
    acme.refresh_from_db()
    entry = Entry.objects.get(verb="organisation.changed")

    assert answer["Location"] == PEOPLE
    assert (acme.fallback_spkey_user_id, acme.name) == (UUID(SPKEY_USER), "Acme Properties")
    assert (entry.actor_id, entry.organisation_id) == (ada.pk, acme.pk)
    assert entry.detail == {"changes": {"fallback_spkey_user_id": ["", SPKEY_USER]}}
    assert SPKEY_USER in admin.get(PEOPLE).content.decode()


def test_a_claim_that_waited_for_an_id_goes_on_with_it(
    admin, nia, mill_court, hub_id, sandbox, as_person, clock
):
    claim = actions.submit(claim_request(nia, mill_court, hub_id))
    blocked = work(claim)
    assert (blocked.state, blocked.reason) == (State.BLOCKED, Reason.NO_USER)

    known = next(iter(world.USERS.values()))
    admin.post(edit_address(nia), {"spkey_user_id": known})
    clock.shift(11)
    as_person(nia).post(reverse("claims:try-now", args=(claim.pk,)))
    assert work(claim).state == State.CLAIMED


def test_the_way_there_is_shown_to_administrators_only(admin, as_person, ira):
    link = f'href="{PEOPLE}"'

    assert link in admin.get("/").content.decode()
    assert link not in as_person(ira).get("/").content.decode()


def test_many_people_come_in_pages_and_are_found_by_name_or_address(as_person, ada, acme):
    for number in range(26):
        join(make_person(f"p{number:02}@acme.example", f"Κώστας {number}"), acme)
    admin = as_person(ada)
    first, second = admin.get(PEOPLE), admin.get(PEOPLE, {"page": 2})

    assert [len(page.context["rows"]) for page in (first, second)] == [25, 2]
    assert "27 people" in second.text
    assert "1 administrator" in second.text
    found = admin.get(PEOPLE, {"q": "ΚΩΣΤΑΣ p07"})
    assert [row.member.user.email for row in found.context["rows"]] == ["p07@acme.example"]
    assert "27 people" in found.text
    assert "1 found" in found.text
    assert "Nobody matches" in admin.get(PEOPLE, {"q": "nobody"}).text
