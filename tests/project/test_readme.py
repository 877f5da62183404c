"""The README says what is so."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from portal.sandbox.table import fault_table, magic_table

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


SANDBOX = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "made"), [("magic hubs", magic_table), ("faults", fault_table)], ids=["hubs", "faults"]
)
def test_the_tables_of_hubs_and_faults_are_those_of_the_sandbox(name, made):
    table = SANDBOX.split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0]

    assert table.strip() == made().strip()


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    listed = [name for group in (project["dependencies"], *extras) for name in group]
    names = {re.split(r"[\[~=<>]", name)[0] for name in listed}

    assert {name for name in names if name.lower() not in README.lower()} == set()


def test_its_pictures_and_pages_exist():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    linked = [
        page.parent / path
        for page in pages
        for path in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]

    assert linked
    assert [path for path in linked if not path.exists()] == []


def test_the_security_page_counts_its_requirements_right():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \d+\.\d+\.\d+ \| [12] \|[^|]*\| \**([a-z ]+?)\** \|", page, re.MULTILINE
    )
    counts = Counter(rows)
    told = (
        f"Of {len(rows)} requirements that concern the portal, {counts.pop('met')} are met,"
        f" {counts.pop('partly')} partly, {counts.pop('not met yet')} not yet, and"
        f" {counts.pop('where it runs')} depend on where it runs."
    )
    assert not counts
    assert told in " ".join(page.split())


def test_every_requirement_that_is_not_met_says_what_is_missing():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    open_ones = re.findall(r"^\| \d.*\*\*(?:partly|not met yet)\*\*.*$", page, re.MULTILINE)
    assert len(open_ones) > 10
    assert [row for row in open_ones if "issing**" not in row] == []


def test_every_test_that_the_security_page_names_exists():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)::(?:\w+::)?(test_\w+)`", page)
    missing = [
        (file, name)
        for file, name in named
        if f"def {name}(" not in (ROOT / "tests" / file).read_text(encoding="utf-8")
    ]

    assert named
    assert missing == []
