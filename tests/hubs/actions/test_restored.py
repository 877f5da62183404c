"""Actions of a restored backup: read back, and never sent again."""

from io import StringIO

import pytest
from django.core.management import call_command

from portal.core import worker
from portal.hubs.actions.models import HubAction, Kind, State
from tests.hubs.actions.conftest import ending

pytestmark = pytest.mark.django_db(transaction=True)


def restored(*options: str) -> str:
    out = StringIO()
    call_command("restored", *options, stdout=out)
    return out.getvalue()


def posts(sandbox) -> list[str]:
    return [each.path for each in sandbox.state.requests if each.method == "POST"]


@pytest.mark.parametrize("kind", [Kind.MOVE, Kind.ROLE, Kind.SUSPEND, Kind.COMMAND])
def test_what_was_under_way_is_held_then_ends_and_is_not_sent(kind, ours, ask, live, sandbox):
    action = ask(ours, kind)
    assert "1 actions on hubs are stopped" in restored()
    worker.run_once()
    assert HubAction.objects.get().due_at is None
    assert "1 actions on hubs are read back" in restored("--go-on")
    ended = live(action)
    expected = State.UNKNOWN if kind == Kind.COMMAND else State.CANCELLED
    assert ended.state == expected
    assert posts(sandbox) == []


def test_what_took_effect_since_is_found_out(ours, ask, live, sandbox, mill_court):
    first = live(ask(ours, Kind.MOVE, site=mill_court))
    assert first.state == State.DONE
    sent = len(posts(sandbox))
    HubAction.objects.filter(pk=first.pk).update(
        state=State.QUEUED, finished_at=None, due_at=first.created_at, sends=0
    )
    restored()
    restored("--go-on")
    assert ending(live(first))[0] in {State.DONE, State.WAS_SO}
    assert len(posts(sandbox)) == sent
