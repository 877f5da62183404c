"""A job is completed once: what was done is frozen, and the rights that it gave end."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims import handover_items
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs import handover, rights
from portal.jobs.handover import CancelledError, UnexplainedError
from portal.jobs.handover_changes import Change, changes_of
from portal.jobs.models import Acceptance, Handover, HandoverHub, Job
from portal.notices.models import Notice
from tests.concurrency import at_once
from tests.jobs.handed_over import claim_hubs, complete, expects, job_at


@pytest.fixture
def member(ira):
    """Ira, who may claim only where a job sends him."""
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    return member


@pytest.fixture
def job(member, mill_court) -> Job:
    return job_at(mill_court, member)


def test_a_complete_job_is_frozen_ends_its_rights_and_is_told_of(job, member, ira, ada):
    expects(job, "Flat 1", "Flat 2")
    claim_hubs(job, ira, 2, places=["flat 2", "Flat 1"])
    done = complete(job, ira)

    job.refresh_from_db()
    assert (done.number, done.site_name, done.crew) == (1, "Mill Court", ["Ira Installer"])
    assert [row.place for row in done.hubs.all()] == ["Flat 1", "flat 2"]
    assert {row.state for row in done.hubs.all()} == {"claimed"}
    assert (job.state, job.completed_by) == ("complete", ira)
    assert not rights.may_claim_at(member, job.site)
    assert Entry.objects.get(verb="job.completed").detail["hubs"] == 2
    notice = Notice.objects.get(kind="job_completed")
    assert (notice.user, notice.facts["handover"]) == (ada, 1)


@pytest.mark.parametrize("lack", ["offline", "under way", "refused", "no hub", "too few", "empty"])
def test_what_is_not_claimed_and_online_asks_for_an_explanation(job, ira, lack):
    if lack != "empty":
        claim_hubs(job, ira, 1)
    if lack == "offline":
        claim_hubs(job, ira, 1, online=False)
    elif lack == "under way":
        claim_hubs(job, ira, 1, state="queued")
    elif lack == "refused":
        claim_hubs(job, ira, 1, state="conflict")
    elif lack == "no hub":
        expects(job, "Flat 9")
        Job.objects.filter(pk=job.pk).update(expected_count=1)
    elif lack == "too few":
        job.expected_count = 3
        job.save()
    with pytest.raises(UnexplainedError):
        complete(job, ira)
    assert not Handover.objects.exists()

    assert complete(job, ira, "The riser is locked").explanation == "The riser is locked"


def test_each_exception_may_have_an_explanation_of_its_own(job, ira):
    claim_hubs(job, ira, 2, online=False)
    standing = handover_items.standing_of(job)
    one, other = (item.key for item in standing.items)
    with pytest.raises(UnexplainedError):
        handover.complete(job, standing, ira, "", {one: "No power yet"})
    done, _ = handover.complete(job, standing, ira, "", {one: "No power yet", other: "Same"})

    assert [row.explanation for row in done.hubs.all()] == ["No power yet", "Same"]


def test_what_the_crew_stopped_itself_is_no_exception(job, ira):
    claim_hubs(job, ira)
    claim_hubs(job, ira, state="cancelled")

    assert complete(job, ira).hubs.count() == 1


@pytest.mark.parametrize("refused", ["conflict", "not_found", "rejected"])
@pytest.mark.parametrize("then", ["claimed", "queued"])
def test_a_refused_hub_does_not_stand_in_the_way_of_one_at_its_place(job, ira, refused, then):
    expects(job, "Flat 9")
    claim_hubs(job, ira, state=refused, places=["Flat 9"])
    claim_hubs(job, ira, state=then, places=["flat 9"])
    at_place, beside = handover_items.standing_of(job).items

    assert at_place.state == ("claimed" if then == "claimed" else "under_way")
    assert (beside.state, beside.place) == ("refused", "Flat 9")


def test_a_place_at_which_hubs_were_refused_alone_names_one(job, ira):
    expects(job, "Flat 9")
    claim_hubs(job, ira, state="conflict", places=["Flat 9"])

    assert [item.state for item in handover_items.standing_of(job).items] == ["refused"]


def test_a_cancelled_job_is_not_completed(job, ira):
    Job.objects.update(cancelled_at=job.created_at)
    with pytest.raises(CancelledError):
        complete(job, ira, "why not")


def test_handovers_are_numbered_in_each_organisation(job, ira, orchard_rise, hal, lighthouse):
    complete(job, ira, "-")
    second = complete(job_at(orchard_rise, number=8), ira, "-")
    elsewhere = complete(job_at(lighthouse), hal, "-")

    assert (second.number, elsewhere.number) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_complete_a_job_at_once_the_second_gets_the_handover_of_the_first(job, ira, ada):
    claim_hubs(job, ira, 3)
    found: list[tuple[Handover, bool]] = []

    def tap(person):
        with transaction.atomic():
            found.append(handover.complete(job, handover_items.standing_of(job), person))

    at_once(lambda: tap(ira), lambda: tap(ada))

    assert sorted(is_new for _, is_new in found) == [False, True]
    assert found[0][0] == found[1][0]
    assert Handover.objects.count() == 1
    assert HandoverHub.objects.count() == 3
    assert Entry.objects.filter(verb="job.completed").count() == 1


def test_the_database_refuses_to_change_or_remove_what_was_handed_over(job, ira):
    claim_hubs(job, ira)
    done = complete(job, ira)
    handover.accept(done, "Olga Owner", taken_by=ira)
    for rows, change in (
        (Handover.objects.all(), {"site_name": "Elsewhere"}),
        (HandoverHub.objects.all(), {"online": False}),
        (Acceptance.objects.all(), {"name": "Nobody"}),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_it_reads_the_same_when_people_and_names_have_changed(job, ira, mill_court):
    claim_hubs(job, ira)
    done = complete(job, ira)
    ira.name, mill_court.name = "Somebody Else", "Mill Lofts"
    ira.save()
    mill_court.save()
    Hub.objects.update(serial="", online=False)
    row = HandoverHub.objects.get()

    assert Handover.objects.get(pk=done.pk).site_name == "Mill Court"
    assert (row.claimed_by_name, row.serial, row.online) == ("Ira Installer", "SPK200000000", True)


def test_it_is_accepted_once_and_by_the_first(job, ira):
    done = complete(job, ira, "-")

    assert handover.accept(done, "Olga Owner", "Two keys", taken_by=ira)
    assert not handover.accept(done, "Paul Pretender", address="192.0.2.7")
    said = Acceptance.objects.get()
    assert (said.name, said.note, said.taken_by_name) == ("Olga Owner", "Two keys", "Ira Installer")
    assert Entry.objects.filter(verb="handover.accepted").count() == 1


HERE, THERE = "mill-court", "orchard-rise"


@pytest.mark.parametrize(
    ("now", "change", "what"),
    [
        ({"binding": "free"}, Change.LEFT, ""),
        ({"binding": "other"}, Change.LEFT, ""),
        ({"spkey_site_id": THERE}, Change.MOVED, "Orchard Rise"),
        ({"online": False}, Change.OFFLINE, ""),
        ({"status": "Suspended"}, Change.SUSPENDED, ""),
        ({"place": "Cellar"}, Change.PLACE, "Cellar"),
        ({"firmware": "5.0"}, Change.FIRMWARE, "5.0"),
    ],
)
def test_what_has_changed_since_is_told_of_each_hub(job, ira, orchard_rise, now, change, what):
    claim_hubs(job, ira, 2, places=["Flat 1", "Flat 2"])
    done = complete(job, ira)
    rows = list(done.hubs.all())
    assert changes_of(done, rows) == []
    Hub.objects.filter(hub_id=rows[1].hub_id).update(**now)

    assert [(each.row, each.change, each.now) for each in changes_of(done, rows)] == [
        (rows[1], change, what)
    ]


def test_of_a_hub_that_was_ours_elsewhere_all_along_nothing_is_told(job, ira, orchard_rise):
    (claim,) = claim_hubs(job, ira, state="conflict")
    Hub.objects.filter(pk=claim.hub_id).update(
        binding="ours",
        spkey_site_id=THERE,
        online=True,
        place="Roof",
        claimed_at=timezone.now() - timedelta(days=32),
    )
    done = complete(job, ira, "It stands elsewhere")

    assert changes_of(done, list(done.hubs.all())) == []


def test_another_hub_at_the_place_of_one_that_left_has_replaced_it(job, ira):
    claim_hubs(job, ira, 1, places=["Flat 1"])
    done = complete(job, ira)
    new = Hub.objects.create(
        organisation=job.organisation,
        hub_id=uuid.uuid4(),
        binding="ours",
        spkey_site_id=HERE,
        place="Flat 1",
    )
    Hub.objects.exclude(pk=new.pk).update(binding="free")
    rows = list(done.hubs.all())

    (each,) = changes_of(done, rows)
    assert (each.change, each.now) == (Change.REPLACED, str(new.hub_id))


def test_a_send_that_ends_after_the_handover_shows_as_claimed_since(job, ira):
    (claim,) = claim_hubs(job, ira, state="sending")
    done = complete(job, ira, "It is on its way")
    Claim.objects.update(state="claimed", finished_at=claim.created_at)
    Hub.objects.update(binding="ours", spkey_site_id=HERE, online=False)
    (row,) = done.hubs.all()

    assert row.state == "under_way"
    assert [each.change for each in changes_of(done, [row])] == [Change.CLAIMED]
    assert handover_items.claimed_since(done, [row.hub_id]) == []
    claim_hubs(job, ira)
    assert len(handover_items.claimed_since(done, [row.hub_id])) == 1
