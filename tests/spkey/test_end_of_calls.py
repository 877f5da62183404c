"""A client reports how each of its calls ended."""

import pytest

from portal import spkey
from portal.sandbox import world
from portal.sandbox.server import Sandbox

HUB = world.hub_id(0)


def test_every_call_reports_its_end_and_its_hub_once():
    endings = []

    def ended(hub, error):
        endings.append((hub, error))

    with Sandbox() as sandbox, spkey.Client(sandbox.url, world.ACME_KEY, ended=ended) as c:
        c.hub_status(HUB)
        with pytest.raises(spkey.NotFound):
            c.find_user_by_email("nobody@acme.example")
        sandbox.faults.add(action={"reset": "after"})
        with pytest.raises(spkey.Unreachable) as lost:
            c.claim_hub(HUB, site_id="mill-court", user_id=HUB)

    assert [(hub, type(error)) for hub, error in endings] == [
        (HUB, type(None)),
        ("", spkey.NotFound),
        (HUB, spkey.Unreachable),
    ]
    assert endings[-1][1] is lost.value


def test_a_call_refused_before_it_is_sent_reports_no_end():
    endings = []
    client = spkey.Client(
        "http://127.0.0.1:9", world.ACME_KEY, ended=lambda *end: endings.append(end)
    )
    with pytest.raises(ValueError, match="UUID"):
        client.hub_status("..")

    assert endings == []
