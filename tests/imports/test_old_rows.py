"""Rows of imports that ended long ago go; the numbers of what came of them stay."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.imports import making, old_rows
from portal.imports.models import Batch, Import, Row
from portal.sandbox import world
from tests.imports.conftest import give, work

TEXT = f"hub;site\n{world.hub_id(0)};Mill Court\nx;Mill Court\ny;Mill Court\n"


def page_of(client, plan) -> str:
    return client.get(reverse("imports:detail", args=(plan.pk,))).text


def long_ago(plan: Import, by: timedelta = old_rows.KEPT) -> None:
    at = timezone.now() - by
    moments = {"finished_at": plan.finished_at and at, "checked_at": plan.checked_at and at}
    Import.objects.filter(pk=plan.pk).update(**moments)


def test_rows_go_in_time_and_their_numbers_stay(sandbox, ada, mill_court, as_person, monkeypatch):
    monkeypatch.setattr(old_rows, "REMOVED_AT_ONCE", 1)
    monkeypatch.setattr(old_rows.writing, "AT_ONCE", 2)
    plan = work(give(ada, TEXT), 3)
    making.run(plan, ada)
    plan = work(plan, 4)
    client = as_person(ada)
    assert "The rows are kept until" in page_of(client, plan)

    long_ago(plan, old_rows.KEPT - timedelta(minutes=1))
    assert old_rows.remove() == 0
    long_ago(plan)
    assert old_rows.remove() == 2  # As if the worker were killed then.
    half = page_of(client, plan)
    assert [old_rows.remove(), old_rows.remove()] == [1, 0]
    page = page_of(client, plan)

    assert not Row.objects.exists()
    assert not Batch.objects.exists()
    for text in (half, page):
        assert "1 hub is claimed. 2 were not done." in text
        assert "Its rows were kept until" in text
        assert "Try these again" not in text
    retry = client.post(reverse("imports:retry", args=(plan.pk,)))
    assert retry["Location"] == reverse("imports:detail", args=(plan.pk,))
    assert Import.objects.get().rows_removed_at is not None


def test_a_plan_that_nobody_carries_out_is_discarded_with_its_rows(ada, mill_court, as_person):
    plan = work(give(ada, "hub;site\nx;Mill Court\n"), 2)
    assert plan.state == "ready"
    long_ago(plan)
    assert old_rows.remove() == 0
    long_ago(plan, old_rows.KEPT + old_rows.PLAN_KEPT)
    Import.objects.update(state="ready", finished_at=None)
    assert old_rows.remove() == 1

    page = page_of(as_person(ada), plan)
    assert "Nothing of it was carried out." in page
    assert "<dt>Not a hub id</dt><dd>1</dd>" in page
    assert "Under way" not in page


@pytest.mark.parametrize("state", ["reading", "checking", "running"])
def test_an_import_that_goes_on_keeps_its_rows_however_long_it_takes(state, ada, mill_court):
    plan = work(give(ada, TEXT), 3)
    Import.objects.filter(pk=plan.pk).update(state=state)
    long_ago(plan)

    assert old_rows.remove() == 0
