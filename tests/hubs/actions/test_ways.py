"""Whatever can be done to a hub is among what the tests of all kinds try."""

from portal.hubs.actions.models import Command, Kind
from portal.hubs.web.action_pages import ACTION_PAGES
from tests.hubs.actions.ways import CONFIDENTIAL, READ, TO_DEVICE, WAYS


def test_every_kind_every_command_and_every_page_is_tried():
    assert {way.kind for way in WAYS.values()} == set(Kind)
    assert {way.more.get("command") for way in WAYS.values()} - {None} == set(Command)
    assert {way.more.get("make_primary") for way in WAYS.values()} - {None} == {True, False}
    assert set(ACTION_PAGES) < set(WAYS)


def test_support_does_what_only_support_may_and_what_it_may_for_others():
    assert {way.kind for way in WAYS.values() if way.by_support} == {Kind.MOVE, Kind.RECLAIM}


def test_some_are_read_back_some_told_to_the_device_and_some_in_confidence():
    assert len(READ) + len(TO_DEVICE) == len(WAYS)
    assert set(CONFIDENTIAL) == {"wifi", "matter"}
    assert set(CONFIDENTIAL) < set(TO_DEVICE)
