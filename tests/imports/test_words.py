"""Whatever a row or a file is, there is a sentence for it, and a next step where one is needed."""

import pytest

from portal.imports.display import file_wording, wording
from portal.imports.models import DONE_ALREADY, TO_BE_DONE, Kind, Row, RowState, Verdict
from portal.imports.reading.faults import FileFault, FileProblem
from portal.sites.importing import Fault
from portal.sites.web.many import OF_LINES, OF_LISTS


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("verdict", [each for each in Verdict if each])
def test_a_row_that_is_not_done_says_why_and_what_to_do(kind, verdict):
    row = Row(state=RowState.NOT_DONE, cause=verdict)
    words = wording.of_row(kind, row, for_admin=True)

    assert words.chip.word
    assert words.step or words.chip.kind == "good"
    assert words.chip.kind == "good" or verdict not in {TO_BE_DONE[kind], DONE_ALREADY[kind]}


@pytest.mark.parametrize("fault", FileFault)
def test_a_file_that_cannot_be_used_says_why(fault):
    said = file_wording.sentence(FileProblem(fault, "cell", 7, "place"))
    assert said.endswith((".", "?"))
    assert "%(" not in said


@pytest.mark.parametrize("for_admin", [True, False])
def test_a_row_refers_to_no_list_that_is_not_there(for_admin):
    row = Row(state=RowState.NOT_DONE, cause="claim:rejected:invalid")
    words = wording.of_row(Kind.CLAIM, row, for_admin=for_admin)

    assert (words.chip.word, words.step) == ("Refused", "Its claim says what is wrong.")


def test_a_list_of_sites_has_words_for_every_fault():
    assert set(OF_LISTS) | set(OF_LINES) == set(Fault)
