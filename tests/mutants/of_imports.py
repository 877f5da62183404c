"""The safeguards of imports, and for each how it is switched off and who notices."""

from tests.mutants.catalogue import Edit, Mutant

IMPORTS = "portal/imports"
FLOW = "tests/imports/test_flow.py"
PAGES = "tests/imports/test_pages.py"
READING = "tests/imports/test_reading.py"
PROGRESS = "tests/imports/test_progress.py"


def _mutant(safeguard: str, switched_off: str, path: str, old: str, new: str, test: str) -> Mutant:
    edits = (Edit(f"{IMPORTS}/{path}", old, new),)
    return Mutant(safeguard, switched_off, edits, test, by_machine=False)


MUTANTS_OF_IMPORTS = (
    _mutant(
        "a rate is that of lately",
        "it is counted from the beginning",
        "progress.py",
        "float((through - number) / seconds)",
        "float(through / seconds)",
        PROGRESS,
    ),
    _mutant(
        "of what stands still no rate is told",
        "it is told as before",
        "progress.py",
        " or through <= number:",
        ":",
        PROGRESS,
    ),
    _mutant(
        "a hub is judged again when its turn comes",
        "what the plan said is done",
        "looking.py",
        "    elif row.verdict == TO_BE_DONE[plan.kind]:\n",
        "    elif plan.state == State.RUNNING:\n",
        FLOW,
    ),
    _mutant(
        "a row's site is looked at again when its turn comes",
        "any that there is will do",
        "handing_on.py",
        "        if site is not None and not verdict:\n            wanted",
        "        if site is not None:\n            wanted",
        FLOW,
    ),
    _mutant(
        "the right is asked for again for each row",
        "it was asked for when the file was given",
        "site_finder.py",
        "        if not self.is_allowed:\n",
        "        if False:\n",
        FLOW,
    ),
    _mutant(
        "a worker that is killed after it has submitted a row submits it no second time",
        "each submit is another claim",
        "in_hand.py",
        'uuid.uuid5(plan.pk, f"{row.line}")',
        "uuid.uuid4()",
        FLOW,
    ),
    _mutant(
        "a reader of a file who was too late writes nothing",
        "it writes its rows beside the others",
        "read_in.py",
        "            _hold(lease)\n",
        "",
        FLOW,
    ),
    _mutant(
        "the same file at the same moment is one import",
        "the second is refused",
        "making.py",
        "        found = known.first() or _open(member, digest)\n",
        "        found = None\n",
        FLOW,
    ),
    _mutant(
        "nothing is told of where somebody else has a hub",
        "its site is",
        "looking.py",
        'seen.site_id if seen.binding == Hub.Binding.OURS else ""',
        "seen.site_id",
        FLOW,
    ),
    _mutant(
        "a row without a verdict of the dry run is not lost",
        "those of a batch that failed count as looked at",
        "looking.py",
        "row.pk in read or row.state in _THROUGH",
        "True",
        FLOW,
    ),
    _mutant(
        "success is said of what was done alone",
        "of every import that has ended",
        "display/page.py",
        "plan.state == State.FINISHED and not plan.done",
        "False",
        PAGES,
    ),
    _mutant(
        "no cell that goes out is a formula",
        "it goes out as it came in",
        "web/files.py",
        "harmless(text) for text in (*texts, *said)",
        "(*texts, *said)",
        PAGES,
    ),
    _mutant(
        "a workbook is not unpacked before its size is known",
        "it is",
        "reading/package.py",
        "    if unpacked > most_unpacked:\n",
        "    if False:\n",
        READING,
    ),
    _mutant(
        "a workbook that declares entities is not parsed",
        "it is",
        "reading/package.py",
        " or _DECLARES.search(head)",
        "",
        READING,
    ),
    _mutant(
        "what stands far from the table is refused",
        "it is passed over",
        "reading/workbook.py",
        "        if last > bounds.COLUMNS:\n",
        "        if False:\n",
        READING,
    ),
)
