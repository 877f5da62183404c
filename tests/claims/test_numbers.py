"""A claim has one short number, which people quote however they spell it."""

import pytest
from django.db import IntegrityError

from portal.claims import numbers
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from tests.conftest import claim_request, work


def test_a_number_is_short_and_has_nothing_to_mistake():
    found = {numbers.fresh() for _ in range(200)}
    assert len(found) > 190
    assert all(len(each) == 8 and each.startswith("C-") for each in found)
    assert not set("".join(each[2:] for each in found)) & set("01AEIOULàa")


def test_each_whole_number_is_spelled_in_its_own_way():
    assert len({numbers.spelled(value) for value in range(5_000)}) == 5_000
    assert numbers.spelled(0) == "C-222222"


@pytest.mark.parametrize(
    "text",
    [
        "C-7KQ2M4",
        "c-7kq2m4",
        " 7KQ2M4 ",
        "C7KQ2M4",
        "C 7KQ 2M4",
        "C–7KQ2M4",
        "c_7kq2m4.",
        "C-7ΚQ2Μ4",  # noqa: RUF001 - Greek capitals
    ],
)
def test_a_number_is_known_however_it_is_typed(text):
    assert numbers.typed(text) == "C-7KQ2M4"


@pytest.mark.parametrize("text", ["", "C-", "C-7KQ2", "C-7KQ2M44", "C-7KO2M4", "SK-7F03-91A2"])
def test_what_is_no_number_is_none(text):
    assert numbers.typed(text) == ""


def test_a_number_that_begins_with_the_letter_of_all_is_told_from_it():
    assert numbers.typed("CBCDFG") == "C-CBCDFG"
    assert numbers.typed("C-CBCDFG") == "C-CBCDFG"


def test_a_number_stays_whatever_becomes_of_the_claim(sandbox, ira, mill_court):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["suspended"].id))
    ended = work(claim)
    assert ended.is_final
    assert ended.number == claim.number != ended.reference
    retried = actions.submit(actions.retry(ended, ira))
    assert retried.number not in {"", claim.number}


def test_no_two_claims_have_one_number(ira, mill_court, monkeypatch):
    first = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    drawn = iter([first.number, "C-222222"])
    monkeypatch.setattr(Claim._meta.get_field("number"), "_get_default", lambda: next(drawn))
    second = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
    assert second.number == "C-222222"


def test_the_database_holds_numbers_apart(ira, mill_court):
    first = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    second = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
    with pytest.raises(IntegrityError):
        Claim.objects.filter(pk=second.pk).update(number=first.number)
