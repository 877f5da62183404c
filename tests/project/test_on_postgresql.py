"""The tests that run on PostgreSQL as well."""

import pytest

from bin import test_postgres
from chaos import postgres


@pytest.fixture(autouse=True)
def no_server(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(postgres, "PACKAGES", tmp_path)


def test_without_a_server_nothing_is_tested_and_that_is_said(capsys):
    assert test_postgres.main([]) == 2
    assert "PostgreSQL is not on this machine" in capsys.readouterr().err


def test_a_machine_without_a_server_does_without_the_share(capsys):
    assert test_postgres.main(["--share"]) == 0
    assert "PostgreSQL is not on this machine" in capsys.readouterr().err


@pytest.mark.parametrize("path", [*test_postgres.TESTS, *test_postgres.SHARE])
def test_what_is_named_is_there(path):
    assert test_postgres.ROOT.joinpath(path).exists()
