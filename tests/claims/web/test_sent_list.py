"""All hubs that were sent to administrators, on a page of their own."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims.models import SentHub
from portal.core.models import Heartbeat
from portal.hubs.models import CLAIMED, Hub
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.conftest import join, make_person

LIST = reverse("claims:sent-list")


@pytest.fixture
def admin(as_person, ada, acme):
    """Ada's browser, in an organisation in which nothing else is to be done."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": now})
    Organisation.objects.update(first_steps_done_at=now)
    join(make_person("bea@acme.example", "Bea"), acme, "admin")
    return as_person(ada)


def send(organisation, person, site=None, hub=None, days_ago=0.0, **fields) -> SentHub:
    return SentHub.objects.create(
        organisation=organisation,
        about=uuid4().hex,
        hub_id=hub or uuid4(),
        sent_by=person,
        sent_at=timezone.now() - timedelta(days=days_ago),
        site=site,
        state="not_found",
        **fields,
    )


def tails(page) -> list[str]:
    """The ends of the ids of the hubs that the page shows, in its order."""
    return re.findall(r"<strong>[^<]*could not claim hub …(\w{4})", page.text)


def of_hubs(client) -> list[str]:
    """What home's lines are about that are of hubs which were sent."""
    needs = client.get("/").context["needs"]
    return [need.about for need in needs if need.about.startswith("sent ")]


def home_lines(client):
    return [need for need in client.get("/").context["needs"] if "sent to you" in f"{need.title}"]


def test_the_line_of_home_leads_to_all_of_them(admin, acme, ira, mill_court):
    sent = [send(acme, ira, mill_court, days_ago=number / 9) for number in range(8)]
    [line] = home_lines(admin)
    assert str(line.title) == "3 more hubs were sent to you"
    assert line.url == LIST

    page = admin.get(line.url)
    assert page.status_code == 200
    assert tails(page) == [each.tail for each in sent]
    for each in sent:
        assert reverse("claims:sent", args=(each.pk,)) in page.text
    assert page.text.count('name="about"') == len(sent)


def test_what_is_put_away_is_still_there_and_can_be_taken_back(admin, acme, ira):
    kept, away = send(acme, ira, days_ago=1), send(acme, ira)
    page = admin.get(LIST)
    action = unescape(re.search(r'action="([^"]*away[^"]*)"', page.text)[1])
    form = {"about": f"sent {away.hub_id.hex}", "newest": away.sent_at.isoformat()}
    at = re.search(r'name="at" value="([^"]*)"', page.text)[1]

    assert admin.post(action, form | {"at": at})["Location"] == LIST
    page = admin.get(LIST)
    assert set(tails(page)) == {kept.tail, away.tail}
    assert of_hubs(admin) == [f"sent {kept.hub_id.hex}"]
    back = unescape(re.search(r'action="([^"]*back[^"]*)"', page.text)[1])
    assert admin.post(back, {"at": at})["Location"] == LIST
    assert len(of_hubs(admin)) == 2


def test_undo_in_the_toast_leads_back_to_the_list(admin, acme, ira):
    away = send(acme, ira)
    where = reverse("needs-put-away", query={"organisation": acme.pk})
    form = {"about": f"sent {away.hub_id.hex}", "newest": away.sent_at.isoformat()}
    page = admin.post(where, form | {"at": "claims:sent-list"}, follow=True)
    toast = unescape(re.search(r'data-toast.*?action="([^"]+)"', page.text, re.DOTALL)[1])
    assert admin.post(toast)["Location"] == LIST


def test_from_home_a_line_is_put_away_as_before(admin, acme, ira):
    sent = send(acme, ira)
    where = reverse("needs-put-away", query={"organisation": acme.pk})
    form = {"about": f"sent {sent.hub_id.hex}", "newest": sent.sent_at.isoformat()}
    for at in ({}, {"at": ""}, {"at": "https://elsewhere.example/"}):
        assert admin.post(where, form | at)["Location"] == "/"


def test_many_come_page_by_page_each_once(admin, acme, ira, ada):
    sent = [send(acme, ira, days_ago=number / 9) for number in range(60)]
    for each in sent[::7]:
        send(acme, ada, hub=each.hub_id, days_ago=20)
    found, address = [], LIST
    for _ in range(3):
        page = admin.get(address)
        found += tails(page)
        address = LIST + (page.context["page"].older_url or "?none")
    assert sorted(found) == sorted(each.tail for each in sent)
    assert "?none" in address


def test_a_hub_that_is_sent_again_and_again_hides_no_other(admin, acme, ira):
    other = send(acme, ira, days_ago=9)
    again = uuid4()
    for number in range(230):
        send(acme, ira, hub=again, days_ago=number / 1000)
    assert of_hubs(admin) == [f"sent {again.hex}", f"sent {other.hub_id.hex}"]
    assert tails(admin.get(LIST)) == [again.hex[-4:].upper(), other.tail]


@pytest.mark.parametrize("which", ["claimed since", "long ago", "another's"])
def test_what_is_no_news_is_not_there(admin, acme, harbour, hal, ira, which):
    hub = UUID(world.hub_id(3))
    if which == "claimed since":
        send(acme, ira, hub=hub)
        mine = {"organisation": acme, "hub_id": hub, "binding": Hub.Binding.OURS}
        Hub.objects.create(**mine, status=CLAIMED)
    elif which == "long ago":
        send(acme, ira, hub=hub, days_ago=31)
    else:
        send(harbour, hal, hub=hub)
    page = admin.get(LIST)
    assert tails(page) == []
    assert "Nothing was sent to you" in page.text


def current_entry(page: str) -> str:
    """The word of the entry of the navigation that is current."""
    current = r'<a class="nav-[^>]*aria-current="[^"]+">.*?<span>(.*?)</span>'
    [entry] = re.findall(current, page, re.DOTALL)
    return entry.strip()


@pytest.mark.parametrize("which", ["list", "hub"])
def test_the_bar_names_the_part_that_the_navigation_shows_as_current(
    admin, acme, ira, mill_court, which
):
    sent = send(acme, ira, mill_court)
    address = LIST if which == "list" else reverse("claims:sent", args=(sent.pk,))
    text = admin.get(address).text
    bar = re.search(r'<span class="bar-here">\s*(.*?)\s*</span>', text, re.DOTALL)[1]
    assert bar == current_entry(text) == "Claims"


def test_the_page_of_one_leads_back_to_the_list(admin, acme, ira):
    page = admin.get(reverse("claims:sent", args=(send(acme, ira).pk,))).text
    assert f'class="back-link" href="{LIST}"' in page
    assert 'class="back-link" href="/"' in admin.get(LIST).text
