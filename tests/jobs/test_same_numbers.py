"""A job's numbers are the same wherever they stand: its page, home, its handover and the e-mail."""

import re

import pytest

from portal.jobs.models import Job
from portal.notices.models import Notice
from tests.jobs.handed_over import claim_hubs, complete, expects, job_at
from tests.notices.conftest import post

CASES = {
    # Listed, expected, (places, online) of what is claimed, refused at: the sums.
    "a refused one stood there first": (
        ("Flat 1", "Flat 2"),
        2,
        [("Flat 1", True)],
        ["Flat 1"],
        (2, 1, 1, 0, 0),
    ),
    "others beside the list": (
        ("Flat 1", "Flat 2", "Flat 3"),
        3,
        [("Flat 1", True), ("Flat 2", False), ("", True), ("Attic", False)],
        ["Flat 3"],
        (3, 2, 1, 2, 1),
    ),
    "all places, and more": (("Flat 1",), 1, [("Flat 1", True), ("", True)], [], (1, 1, 1, 1, 1)),
    "none of the list": (("Flat 1",), 1, [("Attic", True)], [], (1, 0, 0, 1, 1)),
    "more than expected": ((), 1, [("", True), ("", False)], [], (1, 1, 1, 1, 0)),
    "fewer than expected": ((), 3, [("", True)], [], (3, 1, 1, 0, 0)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_sums_are_the_same_everywhere(case, ira, ada, mill_court, as_person, mailoutbox):
    listed, expected, claimed, refused, sums = CASES[case]
    job = job_at(mill_court, ira.memberships.get(), expected_count=expected)
    if listed:
        expects(job, *listed)
    for place in refused:
        claim_hubs(job, ira, state="conflict", places=[place])
    for place, online in claimed:
        claim_hubs(job, ira, online=online, places=[place])

    admin = as_person(ada)
    assert numbers_in(admin.get(f"/jobs/{job.pk}/").text, "job page") == sums
    assert numbers_in(admin.get("/jobs/").text, "list") == sums
    assert numbers_in(as_person(ira).get("/").text, "home") == sums
    asking = admin.get(f"/jobs/{job.pk}/complete/").text
    assert numbers_in(asking, "asking") == sums

    complete(job, ira, "The riser is locked")
    assert numbers_in(admin.get(f"/jobs/{job.pk}/handover/").text, "handover") == sums
    assert Notice.objects.filter(kind="job_completed").exists()
    post()
    assert numbers_in(mailoutbox[0].body, "e-mail") == sums


def test_what_was_handed_over_keeps_its_numbers(ira, ada, mill_court, as_person):
    job = job_at(mill_court, ira.memberships.get())
    expects(job, "Flat 1", "Flat 2")
    claim_hubs(job, ira, 2, places=["Flat 1"])
    complete(job, ira, "The riser is locked")
    job.expected_hubs.all().delete()
    Job.objects.filter(pk=job.pk).update(expected_count=9)

    page = as_person(ada).get(f"/jobs/{job.pk}/handover/").text
    assert numbers_in(page, "handover") == (2, 1, 1, 1, 1)


def numbers_in(text: str, where: str) -> tuple[int, ...]:
    """What is expected, claimed, online, and what is neither; of these, online."""
    if where == "job page":
        text = re.sub(r"<dt>\s*(.*?)\s*</dt>\s*<dd>(\d+)</dd>", r" \2 \1 ", text, flags=re.DOTALL)
    text = re.sub(r"\s+|&nbsp;|\xa0", " ", text)
    found = re.search(r"(\d+) expected\W", text)
    assert found, where
    text = text[found.start() :]
    beyond = re.search(r"(\d+) (?:not on the list|more than expected), (\d+) online", text)
    counts = [re.search(rf"(\d+) {word}\b", text) for word in ("expected", "claimed", "online")]
    apart = (int(beyond[1]), int(beyond[2])) if beyond else (0, 0)
    return (*(int(count[1]) for count in counts if count), *apart)
