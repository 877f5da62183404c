"""A hub that is at another site: an installer asks to have it moved, an administrator taps once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.claims.engine import actions
from portal.hubs.actions.models import HubAction
from portal.hubs.models import Hub
from portal.jobs import queries, requests
from portal.jobs.models import JobRequest
from portal.notices.models import Notice
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import claim_request, work
from tests.hubs.actions.conftest import work as work_on_action
from tests.hubs.photos import pictures


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path, monkeypatch) -> None:
    photos = settings.STORAGES["photos"] | {"OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"photos": photos}
    pictures.without_a_process(monkeypatch)


@pytest.fixture
def refused(ira, mill_court, sandbox):
    """Ira's claim of a hub that is at another of Acme's sites."""
    hub_id = world.MAGIC["other_site"].id
    claim = work(actions.submit(claim_request(ira, mill_court, hub_id)))
    assert (claim.state, claim.reason) == ("conflict", "another_site")
    return claim


def page_of(client, claim):
    return client.get(reverse("claims:detail", args=(claim.pk,))).content.decode()


def ask(client, claim, **fields):
    """Ask to have the hub of a claim moved to where it was to be claimed."""
    filled_in = {"site": claim.site_id, "because": "It replaces one that broke", **fields}
    filled_in.setdefault("photo", SimpleUploadedFile("label.jpg", pictures.photo(), "image/jpeg"))
    return client.post(reverse("jobs:ask-move", args=(claim.hub_id,)), filled_in)


def test_an_installer_asks_and_one_tap_moves_the_hub(installer, ada, as_person, refused, sandbox):
    assert "Ask to have it moved to Mill Court" in page_of(installer, refused)
    for _ in range(2):
        ask(installer, refused)
    (asked,) = JobRequest.objects.all()
    assert "Your administrators are asked to move it." in page_of(installer, refused)

    admin = as_person(ada)
    request = reverse("jobs:request", args=(asked.pk,))
    assert "Ira Installer asks to move hub …51FE to Mill Court" in admin.get("/").content.decode()
    assert "Move hub" in admin.get(request).content.decode()
    admin.post(request, {"decision": "grant"})
    action = work_on_action(HubAction.objects.get(), rounds=2)
    asked.refresh_from_db()

    assert (action.state, action.asked_by, asked.granted) == ("done", ada, True)
    assert sandbox.state.hubs[str(refused.hub.hub_id)].site_id == "mill-court"
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert {"job_request", "job_answer"} <= kinds


def test_an_administrator_is_led_to_the_move_itself(ada, as_person, refused):
    admin = as_person(ada)
    address = reverse("hub-actions:move", args=(refused.hub_id,)) + f"?site={refused.site_id}"

    assert address in page_of(admin, refused)
    assert f'value="{refused.site_id}" selected' in admin.get(address).content.decode()


def test_a_request_that_is_refused_moves_nothing(installer, ada, as_person, refused):
    ask(installer, refused)
    asked = JobRequest.objects.get()
    as_person(ada).post(reverse("jobs:request", args=(asked.pk,)), {"decision": "refuse"})
    asked.refresh_from_db()

    assert (asked.granted, HubAction.objects.count()) == (False, 0)


def test_of_a_hub_that_is_not_the_organisations_nothing_is_asked(installer, refused):
    Hub.objects.filter(pk=refused.hub_id).update(binding="other")

    assert ask(installer, refused).status_code == 404
    assert not JobRequest.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"because": ""}, "Say why"),
        ({"because": "Broken"}, "Say it in a few more words."),
        ({"photo": ""}, "Take a photo of the label"),
        ({"site": ""}, "This field is required."),
    ],
)
def test_without_a_reason_a_site_and_a_photo_nothing_is_asked(installer, refused, wrong, sentence):
    answer = ask(installer, refused, **wrong)

    assert (answer.status_code, JobRequest.objects.count()) == (422, 0)
    assert sentence in answer.content.decode()


def test_a_hub_is_not_asked_for_where_it_is(installer, refused):
    Hub.objects.filter(pk=refused.hub_id).update(spkey_site_id="mill-court")

    assert "The hub is at this site already." in ask(installer, refused).content.decode()
    assert not JobRequest.objects.exists()


def test_a_hub_is_asked_for_only_where_one_may_claim(installer, refused, orchard_rise, ira):
    ira.memberships.update(all_sites=False)

    assert ask(installer, refused).status_code == 422
    assert not JobRequest.objects.exists()


def test_the_administrator_reads_why_and_sees_the_label(installer, ada, as_person, refused):
    ask(installer, refused)
    asked = JobRequest.objects.get()
    page = as_person(ada).get(reverse("jobs:request", args=(asked.pk,))).content.decode()

    assert "It replaces one that broke" in page
    assert refused.hub.photos.count() == page.count("/small/") == 1
    assert "It replaces one that broke" in str(Notice.objects.get(kind="job_request").facts)


def test_of_a_site_that_is_called_otherwise_by_now_the_request_is_the_same(installer, refused):
    ask(installer, refused)
    Site.objects.filter(pk=refused.site_id).update(name="Mill Court North")
    answer = ask(installer, refused)

    assert (answer.status_code, JobRequest.objects.count()) == (302, 1)


def test_a_request_for_one_site_is_none_for_another(installer, refused, orchard_rise, ira):
    member = ira.memberships.get()
    asked = requests.ask_for_move(refused.hub, orchard_rise, member, "It is there")

    assert "Ask to have it moved to Mill Court" in page_of(installer, refused)
    assert requests.ask_for_move(refused.hub, refused.site, member, "It is here") != asked


def test_a_hub_that_was_moved_otherwise_waits_for_nobody(installer, ada, as_person, refused):
    ask(installer, refused)
    Hub.objects.filter(pk=refused.hub_id).update(spkey_site_id="mill-court")

    assert "asks to move hub" not in as_person(ada).get("/").content.decode()
    assert not queries.own_requests(refused.submitted_by.memberships.get())
    assert "moved to Mill Court" not in page_of(installer, refused)


def test_smartphonekey_is_told_no_name_of_who_asked(installer, ada, as_person, refused, wire):
    ask(installer, refused)
    address = reverse("jobs:request", args=(JobRequest.objects.get().pk,))
    as_person(ada).post(address, {"decision": "grant"})
    work_on_action(HubAction.objects.get(), rounds=2)

    (sent,) = wire("ReClaimHub")
    assert "Somebody on site asked for it" in str(sent.body)
    assert "Ira" not in str(sent.body)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("Suspended", "The hub is suspended."),
        ("Decommissioned", "The hub is out of service for good."),
    ],
)
def test_a_hub_out_of_use_is_offered_to_nobody_to_be_moved(
    installer, ada, as_person, refused, status, sentence
):
    ask(installer, refused)
    asked, admin = JobRequest.objects.get(), as_person(ada)
    Hub.objects.filter(pk=refused.hub_id).update(status=status)

    led_to = admin.get(reverse("claims:detail", args=(refused.pk,)))
    assert reverse("hub-actions:move", args=(refused.hub_id,)) not in led_to.text
    assert sentence in led_to.text
    request = reverse("jobs:request", args=(asked.pk,))
    page = admin.get(request)
    assert sentence in page.text
    assert 'value="grant"' not in page.text
    assert 'value="refuse"' in page.text
    assert sentence in admin.post(request, {"decision": "grant"}, follow=True).text
    asked.refresh_from_db()
    assert (asked.answered_at, HubAction.objects.count()) == (None, 0)

    asked.delete()
    assert reverse("jobs:ask-move", args=(refused.hub_id,)) not in page_of(installer, refused)
    answer = ask(installer, refused)
    assert (answer.status_code, JobRequest.objects.count()) == (422, 0)
    assert sentence in answer.text
    form = installer.get(reverse("jobs:ask-move", args=(refused.hub_id,)))
    assert sentence in form.text
    assert 'name="because"' not in form.text
