"""What of a job's list counts as found, in its numbers and in what it hands over."""

from uuid import UUID

import pytest

from portal.claims import handover_items, job_progress
from portal.jobs import finding
from portal.jobs.display import wording
from portal.jobs.models import ExpectedHub
from tests.jobs.handed_over import claim_hubs, expects, job_at

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def line(place: str = "", hub_id: UUID | None = None) -> ExpectedHub:
    return ExpectedHub(place=place, hub_id=hub_id)


@pytest.mark.parametrize(
    ("expected", "listed", "hubs", "missing"),
    [
        (2, [line("Flat A", A), line("Flat B", B)], {A: "", B: ""}, 0),
        (2, [line("Flat A", A), line("Flat B", B)], {A: "", C: ""}, 1),
        (2, [line("Flat A", A), line("Flat B", B)], {A: "", C: "Flat B"}, 1),
        (2, [line("Flat A"), line("Flat B")], {A: "flat a", B: "Flat B"}, 0),
        (2, [line("Flat A"), line("Flat B")], {A: "Flat A", B: "Flat A"}, 1),
        (2, [line("Flat A"), line("Flat B")], {A: "", B: ""}, 2),
        (2, [line("Flat A"), line("Flat B", B)], {B: "Flat A"}, 1),
        (5, [line("Flat A", A)], {A: "", C: ""}, 3),
        (3, [], {A: ""}, 2),
        (None, [], {A: ""}, 0),
        (1, [], {A: "", B: ""}, 0),
    ],
)
def test_every_line_is_to_be_found_and_the_number_reached(expected, listed, hubs, missing):
    assert finding.missing(expected, listed, hubs) == missing


def test_a_job_is_not_done_while_a_listed_hub_is_missing(ira, mill_court):
    job = job_at(mill_court, ira.memberships.get())
    expects(job, "Flat A", "Flat B")
    _, other = claim_hubs(job, ira, 2, places=["Flat A"])
    progress = job_progress.progress_of([job])[job.pk]
    standing = handover_items.standing_of(job)
    words = wording.numbers(standing.numbers)

    assert (progress.claimed, progress.missing, progress.is_done) == (2, 1, False)
    assert not standing.is_whole
    assert words == "2 expected · 1 claimed · 1 online · 1 not on the list, 1 online"

    type(other).objects.filter(pk=other.pk).update(place="Flat B")
    assert job_progress.progress_of([job])[job.pk].is_done
    assert handover_items.standing_of(job).is_whole


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_hub_that_is_being_claimed_is_not_still_to_claim(ira, mill_court, is_listed):
    job = job_at(mill_court, ira.memberships.get(), expected_count=3)
    if is_listed:
        expects(job, "Flat A", "Flat B", "Flat C")
    claim_hubs(job, ira, places=["Flat A"])
    claim_hubs(job, ira, state="queued", places=["Flat B"])

    progress = job_progress.progress_of([job])[job.pk]
    assert (progress.claimed, progress.under_way, progress.missing) == (1, 1, 1)
    assert (progress.whole, progress.unlisted) == (3, 0)
