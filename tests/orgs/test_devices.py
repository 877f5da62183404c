"""A device is called as people call it."""

import pytest

from portal.orgs.display.devices import device

AS_OTHERS = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"(Linux; Android 14) {AS_OTHERS} Chrome/126 Mobile Safari/537.36", "Chrome on Android"),
        (f"(Windows NT 10.0) {AS_OTHERS} Chrome/126 Safari/537.36 Edg/126", "Edge on Windows"),
        ("(iPhone; CPU iPhone OS 17_5) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("(iPhone; CPU iPhone OS 17_5) CriOS/126 Mobile Safari/604.1", "Chrome on iPhone"),
        ("(Macintosh; Intel Mac OS X 10_15_7) Version/17 Safari/605", "Safari on Mac or iPad"),
        ("(X11; CrOS x86_64) Chrome/126 Safari/537.36", "Chrome on Chromebook"),
        ("(X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
        ("Windows", "Windows"),
        ("curl/8", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_called_as_people_call_it(user_agent, words):
    assert device(user_agent) == words
