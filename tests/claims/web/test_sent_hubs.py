"""A hub that an installer could not claim and sent to the administrators: what these see of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.claims import sent_hubs
from portal.claims.models import Claim, SentHub
from portal.core.models import Heartbeat
from portal.hubs.models import Hub
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.conftest import join, make_person, work
from tests.tray.conftest import HUB, Tablet

MAGIC = {name: hub.id for name, hub in world.MAGIC.items()}
LOOKED_UP = ("claimed_elsewhere", "suspended", "decommissioned", "unknown")
REFUSED = ("claimed_elsewhere", "suspended", "unknown")


@pytest.fixture
def tablet(as_person, ira, acme):
    """Ira's tablet, in an organisation in which nothing else is to be done."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": now})
    Organisation.objects.update(first_steps_done_at=now)
    join(make_person("bea@acme.example", "Bea"), acme, "admin")
    return Tablet(as_person(ira), ira, acme)


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


def send_looked_up(tablet, hub, site="") -> SentHub:
    """Look a hub up, be refused, and send it to the administrators."""
    row = tablet.row(hub, site)
    tablet.sync(row)
    tablet.after_work(row)
    tablet.sync(row | {"action": "tell", "seen": ""})
    return SentHub.objects.latest("sent_at")


def send_claim(tablet, hub, site) -> Claim:
    """Have a claim refused, and send it to the administrators."""
    tablet.sync(tablet.row(hub, site, claim=True))
    claim = work(Claim.objects.get())
    tablet.client.post(reverse("claims:tell", args=(claim.pk,)))
    return claim


def lines(client):
    """The lines of home about hubs that were sent."""
    return [need for need in client.get("/").context["needs"] if need.about.startswith("sent ")]


@pytest.mark.parametrize("name", LOOKED_UP)
def test_home_says_who_could_not_claim_which_hub_where_when_and_why(
    tablet, admin, ira, mill_court, sandbox, name
):
    sent = send_looked_up(tablet, MAGIC[name], mill_court)
    [line] = lines(admin)

    tail = MAGIC[name][-4:].upper()
    assert line.title == f"{ira.display_name} could not claim hub …{tail} at Mill Court"
    assert "Sent to you: " in line.text
    assert line.url == reverse("claims:sent", args=(sent.pk,))
    page = admin.get(line.url).text
    assert ira.display_name in page
    assert "Mill Court" in page
    said = line.text.partition(". Sent")[0]
    assert said in page
    assert "Try to claim it at Mill Court" in page


@pytest.mark.parametrize("name", REFUSED)
def test_of_a_claim_home_leads_to_its_page_which_says_who_asks(
    tablet, admin, ira, mill_court, sandbox, name
):
    claim = send_claim(tablet, MAGIC[name], mill_court)
    [line] = lines(admin)
    assert line.url == reverse("claims:detail", args=(claim.pk,))

    page = admin.get(line.url).text
    assert f"{ira.display_name} could not claim this hub at Mill Court" in page
    assert 'id="try-again"' in page
    assert ('id="ask-support"' in page) == (name == "claimed_elsewhere")
    assert ('id="ask-vendor"' in page) == (name != "claimed_elsewhere")
    own = tablet.client.get(line.url).text
    assert "asks you to look at it" not in own
    assert 'id="ask-vendor"' not in own


@pytest.mark.parametrize("name", REFUSED)
def test_vendors_support_is_asked_about_a_hub_that_is_nobodys_of_ours(
    tablet, admin, mill_court, sandbox, name
):
    claim = send_claim(tablet, MAGIC[name], mill_court)
    address = reverse("hub-actions:ask-support", args=(claim.hub_id,))
    page = admin.get(address)

    assert page.status_code == 200
    assert MAGIC[name] in page.text
    assert "Please release this hub" not in page.text
    wanted = "take it back into service" if name == "suspended" else "We cannot claim this hub."
    assert wanted in page.text


def test_a_line_that_is_put_away_comes_back_when_the_hub_is_sent_again(
    tablet, admin, acme, mill_court, sandbox
):
    send_looked_up(tablet, MAGIC["suspended"], mill_court)
    [line] = lines(admin)
    form = {"about": line.about, "newest": line.newest.isoformat()}
    where = reverse("needs-put-away", query={"organisation": acme.pk})
    admin.post(where, form)
    assert lines(admin) == []

    again = SentHub.objects.get()
    again.pk, again.about, again.sent_at, again._state.adding = None, "next", timezone.now(), True
    again.pk = world.hub_id(9)
    again.save()
    assert len(lines(admin)) == 1


def test_a_line_is_gone_once_the_hub_is_claimed(tablet, admin, mill_court, sandbox):
    sandbox.state.set_hub(HUB, {"status": "Suspended"})
    sent = send_looked_up(tablet, HUB, mill_court)
    assert len(lines(admin)) == 1
    sandbox.state.set_hub(HUB, {"status": "Provisioned"})
    answer = admin.post(reverse("claims:sent", args=(sent.pk,)))
    claim = Claim.objects.get()
    assert answer["Location"] == reverse("claims:detail", args=(claim.pk,))
    assert [line.url for line in lines(admin)] == [answer["Location"]]
    assert "asks you to look at it" not in admin.get(answer["Location"]).text

    assert work(claim, 3).state == "claimed"
    assert lines(admin) == []


@pytest.mark.parametrize("how", ["twice by one", "by two", "from a claim and before"])
def test_a_hub_that_is_sent_more_than_once_has_one_line(
    tablet, admin, acme, mill_court, sandbox, as_person, how
):
    sent = send_looked_up(tablet, MAGIC["unknown"], mill_court)
    if how == "by two":
        other = make_person("ian@acme.example", "Ian")
        join(other, acme)
        send_looked_up(Tablet(as_person(other), other, acme), MAGIC["unknown"], mill_court)
    elif how == "twice by one":
        send_looked_up(tablet, MAGIC["unknown"], mill_court)
    else:
        send_claim(tablet, MAGIC["unknown"], mill_court)
        # On one day one tells of it once.
        assert SentHub.objects.get() == sent
    assert len(lines(admin)) == 1


def test_many_hubs_have_a_few_lines_and_one_says_how_many_more(
    tablet, admin, acme, ira, mill_court
):
    for number in range(8):
        SentHub.objects.create(
            organisation=acme,
            about=f"{number}",
            hub_id=world.hub_id(number),
            sent_by=ira,
            site=mill_court,
            state="not_found",
        )
    assert len(lines(admin)) == 5
    titles = [str(need.title) for need in admin.get("/").context["needs"]]
    assert titles[5] == "3 more hubs were sent to you"


def test_what_was_sent_long_ago_is_no_news(tablet, admin, mill_court, sandbox):
    send_looked_up(tablet, MAGIC["unknown"], mill_court)
    SentHub.objects.update(sent_at=timezone.now() - timedelta(days=31))
    assert lines(admin) == []


def test_what_came_to_no_claim_is_removed_after_three_months(tablet, mill_court, sandbox):
    old = send_looked_up(tablet, MAGIC["unknown"], mill_court)
    SentHub.objects.update(sent_at=timezone.now() - sent_hubs.KEPT - timedelta(days=1))
    claim = send_claim(tablet, MAGIC["suspended"], mill_court)
    SentHub.objects.filter(claim=claim).update(sent_at=old.sent_at - timedelta(days=200))
    lately = send_looked_up(tablet, MAGIC["claimed_elsewhere"], mill_court)

    assert sent_hubs.forget_old() == 1
    assert set(SentHub.objects.values_list("claim", flat=True)) == {claim.pk, None}
    assert SentHub.objects.filter(pk=lately.pk).exists()


def test_others_learn_nothing_of_it(tablet, as_person, hal, mill_court, sandbox):
    sent = send_looked_up(tablet, MAGIC["unknown"], mill_court)
    others = as_person(hal)
    assert lines(others) == []
    assert others.get(reverse("claims:sent", args=(sent.pk,))).status_code == 404
    assert tablet.client.get(reverse("claims:sent", args=(sent.pk,))).status_code == 403
    hub = Hub.objects.get(hub_id=sent.hub_id)
    assert others.get(reverse("hub-actions:ask-support", args=(hub.pk,))).status_code == 404


@pytest.mark.parametrize("page", ["claims:sent", "claims:detail"])
def test_the_letters_address_says_the_organisation_also_after_signing_in(
    tablet, admin, client, ada, acme, harbour, mill_court, sandbox, page
):
    if page == "claims:sent":
        pk = send_looked_up(tablet, MAGIC["unknown"], mill_court).pk
    else:
        pk = send_claim(tablet, MAGIC["unknown"], mill_court).pk
    address = reverse(page, args=(pk,), query={"organisation": acme.pk})
    assert client.get(address)["Location"].endswith(f"%3Forganisation%3D{acme.pk}")
    assert admin.get(address).status_code == 200
    join(ada, harbour, "admin")
    session = admin.session
    session["organisation"] = str(harbour.pk)
    session.save()
    other = admin.get(address)
    assert other.status_code == 409
    assert f"Switch to {acme.name}" in other.text


def to_pick(sent):
    return f"/claims/new/?label={sent.hub_id}&organisation={sent.organisation_id}"


def test_without_a_site_one_is_picked_first(tablet, admin, sandbox):
    sent = send_looked_up(tablet, MAGIC["suspended"])
    [line] = lines(admin)
    assert str(line.title).endswith(f"could not claim hub …{sent.tail}")
    assert "None was picked" in admin.get(line.url).text
    assert admin.post(line.url)["Location"] == to_pick(sent)


def test_at_a_site_that_is_closed_nothing_is_claimed(tablet, admin, mill_court, sandbox):
    sent = send_looked_up(tablet, MAGIC["suspended"], mill_court)
    mill_court.archived_at = timezone.now()
    mill_court.save()
    address = reverse("claims:sent", args=(sent.pk,))
    assert "Pick a site, and claim it" in admin.get(address).text
    assert admin.post(address)["Location"] == to_pick(sent)
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    ("way", "name"), [("vendor", "hub-actions:ask-support"), ("move", "moves:ask")]
)
def test_whoever_asks_about_the_hub_finds_a_row_of_it_however_late(
    tablet, admin, mill_court, sandbox, way, name
):
    sent = send_looked_up(tablet, MAGIC["claimed_elsewhere"], mill_court)
    Hub.objects.filter(hub_id=sent.hub_id).delete()
    address = reverse("claims:sent", args=(sent.pk,))
    assert admin.get(address).status_code == 200
    assert not Hub.objects.filter(hub_id=sent.hub_id).exists()
    location = admin.post(address, {"way": way})["Location"]
    hub = Hub.objects.get(hub_id=sent.hub_id)
    assert location.partition("?")[0] == reverse(name, args=(hub.pk,))


def test_a_hub_that_is_claimed_by_now_is_shown_as_that(tablet, admin, mill_court, sandbox):
    sent = send_looked_up(tablet, MAGIC["unknown"], mill_court)
    Hub.objects.filter(hub_id=sent.hub_id).update(binding="ours", status="Claimed")
    hub = Hub.objects.get(hub_id=sent.hub_id)
    answer = admin.get(reverse("claims:sent", args=(sent.pk,)))
    assert answer["Location"] == reverse("hubs:detail", args=(hub.pk,))


def test_a_hub_of_somebody_elses_keeps_its_way_out_once_its_row_is_gone(
    tablet, admin, mill_court, sandbox
):
    sent = send_looked_up(tablet, MAGIC["claimed_elsewhere"], mill_court)
    Hub.objects.filter(hub_id=sent.hub_id).delete()
    address = reverse("claims:sent", args=(sent.pk,))
    page = admin.get(address).text
    assert "Ask support for it" in page
    assert "Ask SmartphoneKey’s support" not in page
    admin.post(address, {"way": "move"})
    assert Hub.objects.get(hub_id=sent.hub_id).watched_until is not None
