"""The catalogue of mutants speaks of the code as it is."""

from pathlib import Path

import pytest

from tests.mutants.__main__ import apply
from tests.mutants.catalogue import MUTANTS, Edit
from tests.mutants.of_access import MUTANTS_OF_ACCESS
from tests.mutants.of_actions import MUTANTS_OF_ACTIONS
from tests.mutants.of_consent import MUTANTS_OF_CONSENT
from tests.mutants.of_events import MUTANTS_OF_EVENTS
from tests.mutants.of_imports import MUTANTS_OF_IMPORTS
from tests.mutants.of_moves import MUTANTS_OF_MOVES
from tests.mutants.of_polls import MUTANTS_OF_POLLS
from tests.mutants.of_support import MUTANTS_OF_SUPPORT

ROOT = Path(__file__).parents[2]
ALL = (
    *MUTANTS,
    *MUTANTS_OF_ACCESS,
    *MUTANTS_OF_ACTIONS,
    *MUTANTS_OF_CONSENT,
    *MUTANTS_OF_EVENTS,
    *MUTANTS_OF_IMPORTS,
    *MUTANTS_OF_MOVES,
    *MUTANTS_OF_SUPPORT,
    *MUTANTS_OF_POLLS,
)
EDITS = [edit for mutant in ALL for edit in mutant.edits]


def test_every_quoted_safeguard_is_in_the_code_exactly_once():
    counts = {
        (edit.path, edit.old): (ROOT / edit.path).read_text().count(edit.old) for edit in EDITS
    }

    assert {where: count for where, count in counts.items() if count != 1} == {}


def test_every_mutant_is_valid_python_and_names_an_existing_test():
    for mutant in ALL:
        texts = {edit.path: (ROOT / edit.path).read_text() for edit in mutant.edits}
        for edit in mutant.edits:
            texts[edit.path] = texts[edit.path].replace(edit.old, edit.new)
        for path, text in texts.items():
            compile(text, path, "exec")
        assert (ROOT / mutant.test.partition("::")[0]).is_file()


@pytest.mark.parametrize("text", ["nothing of the kind", "twice twice"])
def test_a_quoted_text_that_is_missing_or_repeated_stops_the_run(tmp_path, text):
    (tmp_path / "page.py").write_text(text)

    with pytest.raises(LookupError):
        apply(tmp_path, (Edit("page.py", "twice", "once"),))
