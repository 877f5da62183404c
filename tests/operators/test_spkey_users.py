"""A SpKey user id that was found goes with the address it was found by; one set by hand stays."""

from uuid import uuid4

import pytest

from portal.orgs.models import Organisation, User
from tests.operators.conftest import REASON, acme_form, address, inline, member_row

SPKEY_USER = "5f0f2f8e-8c2c-4d3f-9d0a-6c1f6a2b7e11"


@pytest.mark.parametrize(("found", "kept"), [(True, False), (False, True)], ids=["found", "set"])
def test_a_new_address_clears_the_spkey_user_found_by_the_old_one(found, kept, operator, ira):
    ira.memberships.update(spkey_user_id=SPKEY_USER, spkey_user_id_found=found)
    form = {"email": "other@acme.example", "name": "Ira", "is_active": "on", "reason": REASON}
    operator.post(address(User, "change", ira.pk), form)

    member = ira.memberships.get()
    assert (member.spkey_user_id is not None) == kept
    assert not member.spkey_user_id_found


def test_the_same_address_in_another_case_clears_nothing(operator, ira):
    ira.memberships.update(spkey_user_id=SPKEY_USER, spkey_user_id_found=True)
    form = {"email": ira.email.upper(), "name": "Ira", "is_active": "on"}
    operator.post(address(User, "change", ira.pk), form)

    assert ira.memberships.get().spkey_user_id_found


def test_a_spkey_user_id_that_an_operator_sets_counts_as_set_by_hand(operator, acme, ira):
    ira.memberships.update(spkey_user_id=uuid4(), spkey_user_id_found=True)
    row = member_row(ira.memberships.get(), spkey_user_id=SPKEY_USER)
    form = acme_form(**inline("memberships", row, existing=1))
    operator.post(address(Organisation, "change", acme.pk), form)

    member = ira.memberships.get()
    assert (str(member.spkey_user_id), member.spkey_user_id_found) == (SPKEY_USER, False)
