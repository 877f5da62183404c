"""The bench runs, part by part, and shows what it measured. How fast it was is not asked here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import processes, report, weight
from bench.__main__ import PARTS

ROOT = Path(__file__).resolve().parent.parent


def bench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_part_measures_and_prints_a_table(part, tmp_path):
    development = tmp_path / "development.sqlite3"
    done = bench("--quick", part, DATABASE_URL=f"sqlite:///{development}", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    heading, line, row, *_ = done.stdout.splitlines()
    assert heading.split() == ["figure", "measured", "target", "verdict"]
    assert set(line) == {"-", " "}
    measured, target, verdict = re.split(r"  +", row)[1:]
    assert re.match(r"-?\d", measured)
    assert target[0] in "≥≤"
    assert verdict == "not judged"
    assert not development.exists(), "the bench may touch no database but its own"
    assert list(tmp_path.iterdir()) == [], "the bench leaves nothing behind"


def test_an_unknown_part_is_named():
    done = bench("--quick", "haste")
    assert done.returncode == 2
    assert "there is no part called haste" in done.stderr


def test_a_target_is_a_bound_from_the_right_side():
    share = report.Figure("share", 0.61, 0.6)
    weight_ = report.Figure("weight", 61, 60, " KB", digits=0, at_most=True)
    table = report.table([share, weight_], judged=True)
    assert re.search(r"share +0\.61 +≥ 0\.60 +met", table)
    assert re.search(r"weight +61 KB +≤ 60 KB +MISSED", table)


def test_gunicorn_runs_as_the_procfile_says():
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    web = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", re.search(r"^web: (.*)$", procfile, re.MULTILINE)[1])
    assert sorted(web.replace("--bind 0.0.0.0:8000 ", "").split()) == sorted(processes.GUNICORN)


def test_a_page_that_loads_the_decoder_by_itself_is_caught():
    page = (
        '<link rel="stylesheet" href="/a.css"><script src="/vendor/barcode-detector/p.js"></script>'
    )
    with pytest.raises(RuntimeError, match="decoder"):
        weight.assets(page)
