"""Who sees a job and acts on it: by role, and by whether the job names them and is open."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.jobs.models import Job, JobRequest
from tests.concurrency import undone
from tests.conftest import join, make_person
from tests.forms import without_tokens
from tests.jobs.conftest import DAY, make

ROLES = ("viewer", "all_sites", "open_job", "ended_job", "other_job")


@pytest.fixture
def people(acme, ada, mill_court, orchard_rise, as_person):
    """A browser of each role; the job at Mill Court names who has it open, or had it."""
    members = {}
    for role in ROLES:
        person = make_person(f"{role}@acme.example", role)
        kind = "viewer" if role == "viewer" else "installer"
        everywhere = role in {"viewer", "all_sites"}
        members[role] = join(person, acme, kind, all_sites=everywhere)
    ended = make(mill_court, ada, members["ended_job"], first=-9, last=-3)
    elsewhere = make(orchard_rise, ada, members["other_job"])
    here = make(mill_court, ada, members["open_job"])
    jobs = dict.fromkeys(ROLES, here) | {"ended_job": ended, "other_job": elsewhere}
    return {role: (as_person(members[role].user), jobs[role], here) for role in ROLES}


# To the viewer, the installer of all sites, of an open job, of an ended one, and of another.
OWN = {
    ("get", "detail"): (200, 200, 200, 200, 200),
    ("get", "live"): (200, 200, 200, 200, 200),
    ("post", "ask"): (403, 403, 302, 302, 302),
    ("get", "edit"): (403,) * 5,
    ("post", "edit"): (403,) * 5,
    ("get", "people"): (403,) * 5,
    ("post", "extend"): (403,) * 5,
    ("post", "cancel"): (403,) * 5,
    ("post", "reopen"): (403,) * 5,
}
HERE = (200, 200, 200, 404, 404)


@pytest.mark.slow
def test_a_job_is_seen_by_who_sees_all_and_who_is_named_and_run_by_administrators(people):
    for (method, name), expected in OWN.items():
        for role, status in zip(ROLES, expected, strict=True):
            client, own, _ = people[role]
            with undone():
                answer = getattr(client, method)(reverse(f"jobs:{name}", args=(own.pk,)))
            assert answer.status_code == status, (method, name, role)
    for role, status in zip(ROLES, HERE, strict=True):
        client, _, here = people[role]
        address = reverse("jobs:detail", args=(here.pk,))
        assert client.get(address).status_code == status, role
        listed = [job.pk for job, _ in client.get(reverse("jobs:list")).context["rows"]]
        assert (here.pk in listed) is (status == 200), role


@pytest.fixture
def theirs(hal, harbour, lighthouse):
    """Harbour's job, person and request, which are no affair of Acme's."""
    member = join(make_person("lena@harbour.example", "Lena of Harbour"), harbour)
    job = make(lighthouse, hal, member)
    asked = JobRequest.objects.create(
        organisation=harbour, membership=member, kind="more_time", job=job
    )
    return {"job": job, "member": member, "site": lighthouse, "asked": asked}


def window(first: int = 0, last: int = 6) -> dict[str, str]:
    today = timezone.localdate()
    return {"starts_on": str(today + first * DAY), "ends_on": str(today + last * DAY)}


def test_another_organisations_ids_in_forms_are_invalid_and_unnamed(
    theirs, job, ada, as_person, mill_court, harbours_claim
):
    client = as_person(ada)
    own, site, member = str(mill_court.pk), str(theirs["site"].pk), str(theirs["member"].pk)
    asked = JobRequest.objects.create(
        organisation=job.organisation,
        membership=job.people.get(),
        kind="other_site",
        wanted="Lighthouse",
    )
    request = reverse("jobs:request", args=(asked.pk,))
    for address, data, status in (
        ("/jobs/new/", {"site": site, **window()}, 422),
        ("/jobs/new/", {"site": own, "people": [member], **window()}, 422),
        (f"/jobs/{job.pk}/edit/", {"people": [member], "version": job.version, **window()}, 422),
        (f"/jobs/{job.pk}/people/", {"people": [member]}, 422),
        (request, {"decision": "grant", "site": site, "ends_on": window()["ends_on"]}, 422),
        ("/jobs/waiting/", {"decision": "release", "claim": [str(harbours_claim.pk)]}, 404),
        ("/jobs/waiting/", {"decision": "release", "claim": ["1 or 1"]}, 404),
    ):
        answer = client.post(address, data)
        assert answer.status_code == status, address
        text = answer.content.decode()
        assert "Lena" not in text, address
        assert "Lighthouse Flats" not in text, address
    for query in (f"copy={theirs['job'].pk}", f"site={site}", f"copy={uuid4()}", "copy=x"):
        assert client.get(f"/jobs/new/?{query}").status_code == 404, query
    assert Job.objects.exclude(pk=theirs["job"].pk).count() == 1


def test_another_organisations_job_and_request_answer_as_what_does_not_exist(
    theirs, ada, as_person
):
    client = as_person(ada)
    for name in ("detail", "live", "edit", "people", "cancel"):
        other = client.get(reverse(f"jobs:{name}", args=(theirs["job"].pk,)))
        missing = client.get(reverse(f"jobs:{name}", args=(uuid4(),)))
        assert other.status_code == missing.status_code == 404
        assert without_tokens(other.content) == without_tokens(missing.content)
    for name in ("extend", "cancel", "reopen", "people", "ask"):
        address = reverse(f"jobs:{name}", args=(theirs["job"].pk,))
        assert client.post(address, window()).status_code == 404, name
    address = reverse("jobs:request", args=(theirs["asked"].pk,))
    assert client.post(address, {"decision": "refuse"}).status_code == 404
    assert JobRequest.objects.unanswered().count() == 1


def test_a_window_is_checked(ada, as_person, mill_court):
    client = as_person(ada)
    for first, last, words in (
        (3, 2, "before the first"),
        (-9, -1, "over already"),
        (0, 400, "a year at most"),
    ):
        answer = client.post("/jobs/new/", {"site": str(mill_court.pk), **window(first, last)})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Job.objects.exists()
