"""Pages are sent compressed to who opens them, and to nobody else's page."""

import gzip

import pytest

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


def asked(client, site: str | None, path: str = SIGN_IN, **headers: str):
    said = {"accept-encoding": "gzip, br"} | ({} if site is None else {"sec-fetch-site": site})
    return client.get(path, headers=said | headers)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_page_is_compressed_for_who_opens_it(client, site):
    answer = asked(client, site)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    page = gzip.decompress(answer.content).decode()
    assert page.rstrip().endswith("</html>")
    assert len(answer.content) < len(page) / 2


def test_the_signature_says_how_long_the_answer_is_that_scripts_read(client):
    answer = asked(client, "same-origin")
    assert answer.headers["X-Portal"].split(" ")[2] == str(len(gzip.decompress(answer.content)))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", None])
def test_what_others_may_have_asked_for_is_not_compressed(client, site):
    answer = asked(client, site)
    assert "Content-Encoding" not in answer.headers
    assert b"</html>" in answer.content


def test_who_cannot_read_it_gets_it_as_it_is(client):
    answer = asked(client, "same-origin", **{"accept-encoding": "identity"})
    assert "Content-Encoding" not in answer.headers


def test_the_length_of_a_page_is_no_measure_of_what_is_in_it(client):
    assert len({len(asked(client, "same-origin").content) for _ in range(20)}) > 1


def test_what_is_no_page_is_sent_as_it_is(client):
    answer = asked(client, "same-origin", "/manifest.webmanifest")
    assert answer.status_code == 200
    assert len(answer.content) > 200
    assert "Content-Encoding" not in answer.headers
