"""Switches off one safeguard at a time, in a copy of the project: something must notice each.

`make mutants`, or `make mutants ARGS=lease` for those with a word in their names. Ends with
1 when a mutant survives, or when the copy fails before anything was switched off.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.catalogue import MUTANTS, Edit, Mutant
from tests.mutants.of_access import MUTANTS_OF_ACCESS
from tests.mutants.of_actions import MUTANTS_OF_ACTIONS
from tests.mutants.of_consent import MUTANTS_OF_CONSENT
from tests.mutants.of_events import MUTANTS_OF_EVENTS
from tests.mutants.of_imports import MUTANTS_OF_IMPORTS
from tests.mutants.of_moves import MUTANTS_OF_MOVES
from tests.mutants.of_polls import MUTANTS_OF_POLLS
from tests.mutants.of_support import MUTANTS_OF_SUPPORT

HERE = Path(__file__).parents[2]
MACHINE = "tests/machine/test_state_machine.py"
LONGEST = 3000
_FAILED = re.compile(r"^FAILED (.+?)(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """Whether the tests noticed, which one did and by what words, and after how many seconds."""

    noticed: bool
    by: str
    seconds: float


NOT_ASKED = Verdict(False, "", 0)


def copy_to(folder: Path) -> None:
    """Copy the project as it is in the working tree, what git ignores left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (HERE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HERE / name, folder / name)
    (folder / "var").mkdir(exist_ok=True)
    if (HERE / "node_modules").exists():
        (folder / "node_modules").symlink_to(HERE / "node_modules")


def apply(folder: Path, edits: tuple[Edit, ...]) -> None:
    """Make the edits. Raises LookupError for a text that is not there exactly once."""
    for edit in edits:
        path = folder / edit.path
        text = path.read_text()
        if text.count(edit.old) != 1:
            raise LookupError(f"{edit.path} holds {text.count(edit.old)} times: {edit.old!r}")
        path.write_text(text.replace(edit.old, edit.new))


def run(folder: Path, *tests: str) -> Verdict:
    """Run tests in the copy until one fails. Raises RuntimeError when they cannot be run."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "--show-capture=no"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--timeout=2400", *tests],
        cwd=folder,
        env=os.environ
        | {"COLUMNS": "250", "MACHINE_EXAMPLES": "250", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    seconds = time.monotonic() - began
    if done.returncode == 0:
        return Verdict(False, "", seconds)
    failed = _FAILED.search(done.stdout)
    if done.returncode != 1 or failed is None:
        raise RuntimeError(f"the tests did not run:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    words = (failed[2] or "").removeprefix("AssertionError: ").split(":")[0]
    return Verdict(True, f"{failed[1].rpartition('::')[2]} {words}".strip(), seconds)


def judge(mutant: Mutant, whole: Path) -> tuple[Verdict, Verdict]:
    """Return what the test of its own and, where it must notice, the state machine make of it."""
    originals = {edit.path: (whole / edit.path).read_text() for edit in mutant.edits}
    try:
        apply(whole, mutant.edits)
        by_machine = run(whole, MACHINE) if mutant.by_machine else NOT_ASKED
        return run(whole, mutant.test), by_machine
    finally:
        for path, text in originals.items():
            (whole / path).write_text(text)


def report(mutant: Mutant, by_test: Verdict, by_machine: Verdict) -> bool:
    """Print a mutant's row. Return whether everything that has to notice it did."""
    well = by_test.noticed and (by_machine.noticed or not mutant.by_machine)
    show(f"{'caught  ' if well else 'SURVIVED'}  {mutant.safeguard}: {mutant.switched_off}")
    for who, verdict in (("test", by_test), ("machine", by_machine)):
        show(f"          {who:<8} {verdict.seconds:5.0f} s  {verdict.by or '–'}")
    return well


def show(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    """Try every mutant, or those whose name has one of the words. Return the exit code."""
    chosen = [
        mutant
        for mutant in (
            *MUTANTS,
            *MUTANTS_OF_ACCESS,
            *MUTANTS_OF_ACTIONS,
            *MUTANTS_OF_EVENTS,
            *MUTANTS_OF_CONSENT,
            *MUTANTS_OF_IMPORTS,
            *MUTANTS_OF_MOVES,
            *MUTANTS_OF_SUPPORT,
            *MUTANTS_OF_POLLS,
        )
        if not words or any(word in f"{mutant.safeguard} {mutant.switched_off}" for word in words)
    ]
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        copy_to(folder)
        machine = [MACHINE] if any(mutant.by_machine for mutant in chosen) else []
        sound = run(folder, *sorted({mutant.test for mutant in chosen}), *machine)
        if sound.noticed:
            show(f"The copy fails before anything was switched off: {sound.by}")
            return 1
        show(f"Nothing switched off: all well after {sound.seconds:.0f} s")
        well = [report(mutant, *judge(mutant, folder)) for mutant in chosen]
    show(f"{sum(well)} of {len(well)} caught")
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
