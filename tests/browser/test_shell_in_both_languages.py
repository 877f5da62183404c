"""The page that opens without a network passes the checks in both languages."""

import pytest

from tests.browser.checks import problems


@pytest.mark.parametrize("language", ["en", "el"])
def test_the_shell_with_nobody_signed_in(tablet, language):
    page = tablet()
    page.goto(f"/shell/{language}/")
    assert problems(page) == []
