"""A colour decides nothing: with every chip alike, the pages differ in their colours alone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.display import wording
from portal.claims.models import State
from tests.claims.states import make_chips_alike, put

LIST = "/claims/"


def without_colours(page: str) -> str:
    page = re.sub(r'data-kind="\w+"|icon-[\w-]+|icons\.svg#[\w-]+', "", page)
    own = r'("X-CSRFToken": |csrfmiddlewaretoken" value=)"[^"]*"|(?<=mend\.js\?)\d+'
    return re.sub(own, "", page)


@pytest.mark.parametrize(
    ("state", "reason", "fields"),
    [
        *((state, "", {}) for state in State.values),
        *((state, reason, {}) for state, reason in wording.BY_REASON),
        ("queued", "", {"contacted_at": timezone.now()}),
        ("verifying", "", {"cancel_requested_at": timezone.now()}),
        ("expired", "", {"late_effect_at": timezone.now()}),
    ],
)
def test_a_colour_decides_nothing(state, reason, fields, as_person, ira, claim, monkeypatch):
    put(claim, state, reason, **fields)
    client, addresses = as_person(ira), (f"/claims/{claim.pk}/", LIST)
    before = [client.get(address).content.decode() for address in addresses]
    make_chips_alike(monkeypatch)
    after = [client.get(address).content.decode() for address in addresses]

    assert before != after
    assert list(map(without_colours, before)) == list(map(without_colours, after))


@pytest.mark.parametrize("online", [True, False])
@pytest.mark.parametrize("binding", ["ours", "other"])
def test_a_colour_decides_nothing_about_a_claimed_hub(
    online, binding, as_person, ira, claim, monkeypatch
):
    claim = put(claim, "claimed", claimed_at=timezone.now())
    now = timezone.now() + timedelta(seconds=1)
    type(claim.hub).objects.update(online=online, binding=binding, read_at=now, last_seen=now)
    client = as_person(ira)
    before = client.get(LIST).content.decode()
    make_chips_alike(monkeypatch)
    after = client.get(LIST).content.decode()

    assert before != after
    assert without_colours(before) == without_colours(after)
