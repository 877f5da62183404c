"""While the database is away each page says so: 503, worth another try; what else fails is 500."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from portal.orgs import access
from tests.conftest import join

AWAY = [
    OperationalError("couldn't get a connection after 5.00 sec"),
    OperationalError("terminating connection due to unexpected postmaster exit"),
    InterfaceError("connection already closed"),
]


@pytest.fixture
def visitor(as_person, ira) -> Client:
    client = as_person(ira)
    client.raise_request_exception = False
    return client


def failing(error: Exception):
    def fail(*_args: object, **_more: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", AWAY)
@pytest.mark.parametrize("address", ["/", "/claims/", "/hubs/", "/sites/"])
def test_a_page_says_that_the_portal_cannot_answer_just_now(visitor, address, error, monkeypatch):
    monkeypatch.setattr(access, "memberships", failing(error))
    answer = visitor.get(address)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "X-Portal" in answer
    assert "The portal cannot answer just now" in answer.content.decode()


def test_so_it_does_where_not_even_the_session_can_be_read(visitor, monkeypatch):
    monkeypatch.setattr(SessionBase, "_session", property(failing(AWAY[0])))
    assert visitor.get("/claims/").status_code == 503


def test_so_it_does_of_what_was_sent_and_the_page_asks_the_database_for_nothing(
    visitor, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(SessionBase, "_session", property(failing(AWAY[1])))
    with django_assert_num_queries(0):
        answer = visitor.post("/organisation/switch/", {"organisation": "1"})
    assert answer.status_code == 503
    assert "send it again" in answer.content.decode()


@pytest.mark.parametrize("error", AWAY)
def test_so_it_does_where_the_session_cannot_be_saved_once_the_page_is_done(
    visitor, ira, harbour, error, monkeypatch
):
    join(ira, harbour)
    monkeypatch.setattr(Session, "save", failing(error))
    answer = visitor.post("/organisation/switch/", {"organisation": str(harbour.pk)})
    assert answer.status_code == 503
    assert "send it again if not" in answer.content.decode()


@pytest.mark.parametrize("error", AWAY)
def test_no_page_fails_because_it_could_not_be_noted_that_somebody_was_there(
    visitor, error, monkeypatch, time_machine
):
    visitor.get("/claims/")
    time_machine.move_to(timezone.now() + timedelta(minutes=10))
    monkeypatch.setattr(Session, "save", failing(error))
    assert visitor.get("/claims/").status_code == 200


@pytest.mark.parametrize("error", [ValueError("ours"), AssertionError(), OSError("disk")])
def test_a_fault_of_ours_is_500_and_not_to_be_tried_again_at_once(visitor, error, monkeypatch):
    monkeypatch.setattr(access, "memberships", failing(error))
    answer = visitor.get("/claims/")
    assert (answer.status_code, "Retry-After" in answer) == (500, False)
    assert "Something broke on our side" in answer.content.decode()
