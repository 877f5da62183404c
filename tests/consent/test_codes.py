"""A code serves once, for ten minutes, for one organisation, and after five wrong tries no more."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.consent import asking, codes, rights
from portal.consent.asking import Wanted
from portal.consent.codes import ALPHABET, WrongCodeError
from portal.consent.models import Code, Grant, Scope, WrongTry
from portal.core import worker
from portal.core.throttle import LimitReachedError
from tests.concurrency import at_once


def wrong(letters: str) -> str:
    """Six other letters."""
    return "".join(ALPHABET[(ALPHABET.index(each) + 1) % len(ALPHABET)] for each in letters)


def test_the_right_code_lets_the_agent_in_within_its_scope(admin, sams, acme, mill_court):
    _, letters = codes.make(admin, Scope(sites=[mill_court], may_move=True, hours=1, note="Hi"))

    grant = codes.use(sams, acme, letters)

    assert (grant.way, grant.granted_by, grant.note) == ("code", admin.user, "Hi")
    assert (grant.may_move, grant.all_sites) == (True, False)
    assert list(grant.sites.all()) == [mill_court]
    assert grant.ends_at - grant.begins_at == timedelta(hours=1)
    assert rights.may(sams, acme, site=mill_court, move=True)


def test_what_the_agent_had_asked_is_answered_by_the_code(admin, sams, acme, harbour):
    wanted = Wanted(reason="A hub is bound elsewhere")
    of_acme = asking.ask(sams, acme, "Acme", wanted)
    of_harbour = asking.ask(sams, harbour, "Harbour", wanted)
    _, letters = codes.make(admin, Scope())

    grant = codes.use(sams, acme, letters)

    of_acme.refresh_from_db()
    of_harbour.refresh_from_db()
    assert (of_acme.grant, of_acme.answered_by, of_acme.is_waiting) == (grant, admin.user, False)
    assert of_harbour.is_waiting


@pytest.mark.parametrize("spoken", [str.lower, " ".join, "-".join, lambda text: f"  {text}\t"])
def test_a_code_is_taken_as_people_type_it(admin, sams, acme, spoken):
    _, letters = codes.make(admin, Scope())

    assert codes.use(sams, acme, spoken(letters))


def test_letters_of_a_greek_keyboard_are_taken_for_those_of_the_same_look():
    assert codes.read("ηκμ νρτ") == "HKMNPT"
    assert codes.read("χυ") == "XY"


def test_a_code_has_six_letters_none_of_which_looks_like_another(admin):
    _, letters = codes.make(admin, Scope())

    assert len(letters) == 6
    assert set(letters) <= set(ALPHABET)
    assert set(ALPHABET).isdisjoint("IOQLUAEBSGZ0123456789")
    assert len(ALPHABET) == len(set(ALPHABET))


def test_the_letters_are_kept_nowhere(admin):
    _, letters = codes.make(admin, Scope())

    assert letters not in str(list(Code.objects.values()))
    assert codes.make(admin, Scope())[1] != letters


def test_a_code_serves_once(admin, sams, sue, acme):
    _, letters = codes.make(admin, Scope())
    codes.use(sams, acme, letters)

    for agent in (sams, sue):
        with pytest.raises(WrongCodeError):
            codes.use(agent, acme, letters)
    assert Grant.objects.count() == 1


def test_a_code_lasts_ten_minutes(admin, sams, acme, clock):
    _, letters = codes.make(admin, Scope())
    clock.shift(601)

    with pytest.raises(WrongCodeError):
        codes.use(sams, acme, letters)


def test_a_clock_that_is_put_back_revives_no_code(admin, sams, acme, clock):
    _, letters = codes.make(admin, Scope())
    clock.shift(601)
    worker.run_once()
    clock.shift(-300)

    with pytest.raises(WrongCodeError):
        codes.use(sams, acme, letters)


def test_five_wrong_tries_end_it(admin, sams, acme):
    _, letters = codes.make(admin, Scope())
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            codes.use(sams, acme, wrong(letters))

    with pytest.raises(WrongCodeError):
        codes.use(sams, acme, letters)


def test_four_wrong_tries_do_not(admin, sams, acme):
    _, letters = codes.make(admin, Scope())
    for _ in range(4):
        with pytest.raises(WrongCodeError):
            codes.use(sams, acme, wrong(letters))

    assert codes.use(sams, acme, letters)


def test_a_newer_code_takes_its_place(admin, sams, acme):
    _, first = codes.make(admin, Scope())
    _, second = codes.make(admin, Scope())

    with pytest.raises(WrongCodeError):
        codes.use(sams, acme, first)
    assert codes.use(sams, acme, second)


def test_the_database_keeps_one_standing_code_of_an_organisation(admin):
    code, _ = codes.make(admin, Scope())
    code.pk = "00000000-0000-0000-0000-000000000001"

    with pytest.raises(IntegrityError), transaction.atomic():
        code.save(force_insert=True)


def test_a_code_is_no_other_organisations(admin, sams, acme, harbour, hal):
    _, letters = codes.make(admin, Scope())
    codes.make(hal.memberships.get(), Scope())

    for nobody in (harbour, None):
        with pytest.raises(WrongCodeError):
            codes.use(sams, nobody, letters)
    assert codes.use(sams, acme, letters)


def test_whatever_is_wrong_takes_the_same_steps(admin, sams, acme, harbour):
    _, letters = codes.make(admin, Scope())
    with pytest.raises(WrongCodeError):
        codes.use(sams, acme, "")  # The first try of an hour tidies up as well.
    tries = {}
    for name, organisation in {"known": acme, "without a code": harbour, "unknown": None}.items():
        with CaptureQueriesContext(connection) as queries, pytest.raises(WrongCodeError):
            codes.use(sams, organisation, wrong(letters))
        tries[name] = [query["sql"].partition(" ")[0] for query in queries]

    assert tries["known"] == tries["without a code"] == tries["unknown"]


def test_an_agent_tries_so_many_codes_an_hour_and_no_more(sams, sue, acme, admin):
    _, letters = codes.make(admin, Scope())
    for _ in range(codes.TRIES.most):
        with pytest.raises(WrongCodeError):
            codes.use(sams, None, letters)

    with pytest.raises(LimitReachedError):
        codes.use(sams, acme, letters)
    assert codes.use(sue, acme, letters)


def test_who_is_no_agent_uses_no_code(admin, lead, acme):
    _, letters = codes.make(admin, Scope())

    with pytest.raises(WrongCodeError):
        codes.use(lead, acme, letters)
    assert not Grant.objects.exists()


def test_a_code_of_somebody_who_administers_no_more_lets_nobody_in(admin, sams, acme):
    _, letters = codes.make(admin, Scope())
    type(admin).objects.filter(pk=admin.pk).update(role="viewer", expires_at=timezone.now())

    with pytest.raises(WrongCodeError):
        codes.use(sams, acme, letters)


@pytest.mark.django_db(transaction=True)
def test_of_two_agents_at_once_one_gets_in(admin, sams, sue, acme):
    _, letters = codes.make(admin, Scope())

    got = []

    def use(agent):
        with suppress(WrongCodeError):
            got.append(codes.use(agent, acme, letters))

    at_once(*(partial(use, agent) for agent in (sams, sue, sams, sue)))

    assert len(got) == Grant.objects.count() == 1


def test_wrong_tries_are_forgotten_once_no_count_needs_them(admin, sams, acme, clock):
    _, letters = codes.make(admin, Scope())
    for organisation in (acme, None):
        with suppress(WrongCodeError):
            codes.use(sams, organisation, wrong(letters))
    clock.shift(codes.TRIES_KEPT.total_seconds() - 60)
    assert codes.forget_tries() == 0
    clock.shift(120)
    with suppress(WrongCodeError):
        codes.use(sams, None, wrong(letters))
    assert codes.forget_tries() == 2
    assert WrongTry.objects.count() == 1
