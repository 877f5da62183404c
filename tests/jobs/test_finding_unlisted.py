"""What of a job's hubs stands for none that was expected: its numbers add up."""

from uuid import UUID

import pytest

from portal.jobs import finding
from portal.jobs.models import ExpectedHub

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def line(place: str = "", hub_id: UUID | None = None) -> ExpectedHub:
    return ExpectedHub(place=place, hub_id=hub_id)


FLATS = (line("Flat 1"), line("Flat 2"))


@pytest.mark.parametrize(
    ("expected", "listed", "hubs", "unlisted"),
    [
        (None, (), {A: "", B: ""}, 0),
        (0, (), {A: ""}, 0),
        (3, (), {A: "", B: ""}, 0),
        (1, (), {A: "", B: ""}, 1),
        (2, FLATS, {A: "flat 1", B: "Flat 2"}, 0),
        (2, FLATS, {A: "Flat 1", B: "Flat 1"}, 1),
        (2, FLATS, {A: "Roof", B: ""}, 2),
        (None, FLATS, {A: "Roof", B: "Flat 2"}, 1),
        # Beside the lines, there is room for two more.
        (4, FLATS, {A: "Flat 1", B: "Roof", C: "", D: "Attic"}, 1),
        # The one that is listed stands for itself, wherever it hangs, another one not for it.
        (1, (line("Roof", A),), {A: "Attic", B: "Roof"}, 1),
        (1, (line("Roof", A),), {B: "Roof"}, 1),
        (2, (line("", A), line("Flat 1")), {A: "Flat 1", B: "Flat 1"}, 0),
    ],
)
def test_a_jobs_hubs_stand_for_what_was_expected_or_beside_it(expected, listed, hubs, unlisted):
    assert finding.unlisted(expected, listed, hubs, hubs) == unlisted
    number = max(expected or 0, len(listed)) or len(hubs)
    missing = finding.missing(expected, listed, hubs)
    assert number == len(hubs) - unlisted + missing


def test_where_a_hub_was_put_at_last_is_not_forgotten_over_a_claim_that_says_nothing():
    assert finding.placed([(A, "Roof"), (B, ""), (A, ""), (B, "Attic")]) == {A: "Roof", B: "Attic"}
