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


def test_a_script_that_does_not_load_is_logged(tablet, ira, caplog):
    caplog.set_level(logging.WARNING, logger=client_errors.__name__)
    tablet.expected = ["404"]
    page = tablet(ira)
    page.route("**/time-ago*.js", lambda route: route.fulfill(status=404))
    with page.expect_response("**/client-errors/") as answer:
        page.goto("/")
    assert answer.value.status == 204
    logged = [record.getMessage() for record in caplog.records]
    assert [line for line in logged if "LoadError" in line and "/js/page/time-ago" in line]


def test_a_script_whose_import_does_not_load_is_logged(tablet, ira, caplog):
    caplog.set_level(logging.WARNING, logger=client_errors.__name__)
    tablet.expected = ["404"]
    page = tablet(ira)
    page.route("**/waiting-count*.js", lambda route: route.fulfill(status=404))
    with page.expect_response("**/client-errors/"):
        page.goto("/")
    logged = [record.getMessage() for record in caplog.records]
    assert [line for line in logged if "LoadError" in line and "/js/pwa/app" in line]
