"""The bench runs, part by part, and shows what it measured. How fast it was is not asked here."""

import io
import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from PIL import Image

from bench import film, lighthouse, processes, report, weight
from bench.__main__ import PARTS
from bench.labels.outcome import judge
from bench.pictures import conditions
from tests.background import IN_BACKGROUND

ROOT = Path(__file__).resolve().parents[2]
# Seconds: on a machine that is busy, all parts take minutes.
PATIENCE = 1200


def bench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
def test_each_part_prints_a_table_and_leaves_nothing_behind(tmp_path):
    # The others are made alike, and take longest. In one run: half of each is the start.
    parts = sorted({*PARTS, "load"} - {"weight", "submits"})
    development = tmp_path / "development.sqlite3"
    done = bench("--quick", *parts, DATABASE_URL=f"sqlite:///{development}", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert re.findall(r"measuring (\w+)", done.stderr) == parts
    heading, line, *rows = done.stdout.partition("\n\n")[0].splitlines()
    assert heading.split() == ["figure", "measured", "target", "verdict"]
    assert set(line) == {"-", " "}
    assert len(rows) >= len(parts)
    for row in rows:
        measured, target, verdict = re.split(r"  +", row)[1:]
        assert re.match(r"-?\d", measured)
        assert target[0] in "≥≤"
        assert verdict == "not judged"
    assert not development.exists(), "the bench may touch no database but its own"
    assert list(tmp_path.iterdir()) == [], "the bench leaves nothing behind"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_background_run_that_is_told_to_end_several_times_cleans_up_first(number):
    program = (
        "import time; from bench import signals; signals.end_on_signals()\n"
        "try: print('started', flush=True); time.sleep(60)\n"
        "finally: print('cleaning', flush=True); input(); print('clean')"
    )
    with subprocess.Popen(
        [*IN_BACKGROUND, sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "started\n"
        process.send_signal(number)
        assert process.stdout.readline() == "cleaning\n"
        process.send_signal(number)
        output, _ = process.communicate("go on\n", timeout=60)
    assert (output, process.returncode) == ("clean\n", 128 + number)


@pytest.mark.slow
def test_an_unknown_part_is_named():
    done = bench("--quick", "haste")
    assert done.returncode == 2
    assert "there is no part called haste" in done.stderr


def test_a_target_is_an_upper_or_a_lower_bound():
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
    page = '<link rel="stylesheet" href="/a.css"><script src="/vendor/zxing/p.js"></script>'
    with pytest.raises(RuntimeError, match="decoder"):
        weight.assets(page)


def judged(found, texts, hub_id="the hub"):
    picture = conditions.Picture(
        "clean", "QR", hub_id, frozenset({"on the label"}), Image.new("L", (1, 1)), "seed"
    )
    return judge("photo", picture, found, texts, [0.1])


@pytest.mark.parametrize(
    ("found", "texts", "hub_id", "is_hit", "is_false"),
    [
        ("the hub", ["on the label"], "the hub", True, False),
        ("", [], "the hub", False, False),
        ("another", ["on the label"], "the hub", False, True),
        ("the hub", ["on the label", "on no label"], "the hub", True, True),
        ("", ["on the label"], "", True, False),
        ("another", ["on the label"], "", False, True),
    ],
)
def test_a_read_is_false_when_it_is_on_no_label_or_names_another_hub(
    found, texts, hub_id, is_hit, is_false
):
    outcome = judged(found, texts, hub_id)
    assert (outcome.is_hit, outcome.is_false) == (is_hit, is_false)


def test_lighthouse_names_each_audit_that_is_not_perfect():
    audit = {"title": "Contrast", "score": 0.4, "scoreDisplayMode": "numeric"}
    found = {"node": {"snippet": "<b>pale</b>"}}
    audits = {
        "contrast": {**audit, "details": {"items": [found]}},
        "perfect": {**audit, "score": 1},
        "elsewhere": {**audit, "score": None, "scoreDisplayMode": "notApplicable"},
    }
    references = [{"id": name, "weight": 3} for name in audits]
    assert lighthouse.findings(audits, references) == [
        "0.40  contrast (weighs 3): Contrast",
        "        <b>pale</b>",
    ]


def test_a_film_says_which_label_it_shows(tmp_path):
    played = film.write(tmp_path / "film.mjpeg", [str(uuid.UUID(int=n)) for n in range(5)], 0.01)
    fifth = played.read_bytes().split(b"\xff\xd9")[4] + b"\xff\xd9"
    row = (
        Image.open(io.BytesIO(fifth))
        .convert("L")
        .resize((film.BITS, 1), box=(0, 0, film.BITS * film.BLOCK, film.BLOCK))
    )
    assert [value > 127 for value in row.tobytes()] == [True, False, True] + [False] * 5


@pytest.mark.slow
def test_a_signal_during_a_start_ends_the_run_after_the_start():
    program = (
        "import os, signal; from bench import signals; signals.end_on_signals()\n"
        "with signals.postponed():\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('noted', flush=True)\n"
        "print('went on', flush=True)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == ("noted\n", 128 + signal.SIGTERM)
