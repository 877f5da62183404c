"""Faults over real sockets: how a claim meets one, what is told of it, and how it ends."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from html import unescape

import pytest
from django.urls import reverse

from portal import spkey
from portal.claims.models import Claim, State
from tests.claims.engine.faults.verdicts import (
    SEND,
    assert_claimed_once,
    assert_sent_again_only_after_two_late_reads,
    sends,
)
from tests.conftest import work

# Seconds. A status read is given time, or a busy machine would fail it too.
IMPATIENT = spkey.Timeouts(connect=30, get_read=30, get_total=60, post_read=0.4, post_total=0.5)


@pytest.fixture
def impatient() -> Callable[[], AbstractContextManager[None]]:
    """Let the portal wait meanwhile for half a second only for the answer to a send."""
    limits = spkey.Timeouts.limits

    @contextmanager
    def limited() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(spkey.Timeouts, "limits", lambda _, method: limits(IMPATIENT, method))
            yield

    return limited


@pytest.fixture
def page_text(as_person, ira) -> Callable[..., str]:
    """What somebody (Ira, unless named) reads on the claim's page, without its markup."""

    def read(claim: Claim, reader=ira) -> str:
        # A client of its own each time: hours may have passed since the last look.
        answer = as_person(reader).get(reverse("claims:detail", args=(claim.pk,)))
        text = re.sub(r"<[^>]+>", " ", answer.content.decode())
        return unescape(" ".join(text.split()))

    return read


@pytest.fixture
def in_doubt(sandbox, claim, page_text) -> Callable[[dict], Claim]:
    """Let the claim's first send end like this, which leaves its outcome open; return the claim."""

    def meet(action: dict) -> Claim:
        sandbox.faults.add(SEND, action=action, times=1)
        unsure = work(claim)
        page = page_text(unsure)
        assert unsure.state == State.VERIFYING
        assert unsure.outcome_unknown_since is not None
        assert "Confirming with SmartphoneKey" in page
        assert "Do not scan again." in page
        assert "Next look" in page
        return unsure

    return meet


@pytest.fixture
def ends_as_claimed(sandbox, claim, page_text, live_through) -> Callable[..., Claim]:
    """Live on without faults until the claim has ended, after so many sends, as claimed once."""

    def settle(*, after_sends: int) -> Claim:
        done = live_through(claim)
        assert_claimed_once(sandbox, done)
        assert len(sends(sandbox, done)) == done.sends == after_sends
        if after_sends == 2:
            assert_sent_again_only_after_two_late_reads(sandbox, done)
        page = page_text(done)
        assert "Claimed Acme Properties · Mill Court" in page
        assert "Scan the next" in page
        return done

    return settle


@pytest.fixture
def waits_for_spkey(page_text) -> Callable[[Claim], None]:
    """See that the claim waits, with nothing sent and a scan that is saved."""

    def see(waiting: Claim) -> None:
        page = page_text(waiting)
        assert (waiting.state, waiting.reason) == (State.WAITING, "unreachable")
        assert (waiting.outcome_unknown_since, waiting.due_at is None) == (None, False)
        assert "SmartphoneKey is not answering" in page
        assert "Your scan is saved and we keep trying. You need not scan again." in page
        assert "Next look" in page

    return see
