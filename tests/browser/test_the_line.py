"""The line that other tests cut does what it promises."""

import urllib.error
import urllib.request

import pytest


def ask(url: str, data: bytes | None = None, seconds: float = 60) -> int:
    try:
        with urllib.request.urlopen(url, data, seconds) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_a_line_can_be_cut_can_hang_and_is_restored(line):
    health = f"{line.url}/health/"
    assert ask(health) == 200
    line.cut()
    with pytest.raises(OSError, match=r"reset|closed|pipe"):
        ask(health)
    line.refuse()
    assert ask(health) == 503
    line.hang()
    with pytest.raises(TimeoutError):
        ask(health, seconds=0.3)
    line.restore()
    assert ask(health) == 200


def test_an_answer_can_be_lost_after_the_portal_gave_it(line):
    line.lose_answers("POST /claims/")
    assert ask(f"{line.url}/health/") == 200
    with pytest.raises(OSError, match=r"reset|closed|pipe"):
        ask(f"{line.url}/claims/new/", b"label=1")
    assert line.lost == ["POST /claims/new/ HTTP/1.1"]
    line.restore()
    assert ask(f"{line.url}/claims/new/", b"label=1") == 403
    assert len(line.lost) == 1
