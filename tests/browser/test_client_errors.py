"""What nobody caught on a page is told to those who run the portal."""

import logging

from portal.pwa import client_errors

FAIL = """() => {
  setTimeout(() => { throw new RangeError("ira@acme.example failed"); });
  Promise.reject(new TypeError("nobody waited"));
}"""


def test_an_error_that_nobody_caught_is_logged_without_a_name(tablet, ira, caplog):
    caplog.set_level(logging.WARNING, logger=client_errors.__name__)
    tablet.expected = ["failed", "nobody waited"]
    page = tablet(ira)
    page.goto("/")
    told: list[int] = []
    page.on("response", lambda response: told.append(response.status))
    with (
        page.expect_response("**/client-errors/"),
        page.expect_response(lambda response: told.count(204) == 2),
    ):
        page.evaluate(FAIL)
    logged = [record.getMessage() for record in caplog.records]
    assert any("RangeError: … failed" in line for line in logged)
    assert any("TypeError: nobody waited" in line for line in logged)
    assert "ira@" not in " ".join(logged)
