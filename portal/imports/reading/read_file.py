"""Reads one file in a process of its own, within limits: a file in, JSON out.

Run by `reader` with the seconds it may take, what is wanted of the file, how much a workbook may
unpack to, and what each column holds, where somebody has said so. Nothing of Django is loaded, and
no setting or secret is at hand.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any, Final

from portal.core import apart
from portal.imports.reading import bounds, table
from portal.imports.reading.faults import FileFault, UnusableFileError, unusable
from portal.imports.reading.lines import Line

TABLE: Final = "table"
"""What is wanted: the lines under headings, of a file of whatever kind."""
SHEET: Final = "sheet"
"""What is wanted: the first sheet of a workbook."""


def main(seconds: int, wanted: str, most_unpacked: int, said: str) -> None:
    """Read the file on standard input; write what is wanted, or the "problems" there are.

    It is given up after so many seconds of the processor, whoever waits for it or not.
    """
    apart.limit(seconds, bounds.MEMORY_BYTES)
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read(), wanted, most_unpacked, said))


def _answer(data: bytes, wanted: str, most_unpacked: int, said: str) -> bytes:
    try:
        found = _table(data, said) if wanted == TABLE else _sheet(data, most_unpacked)
        written = json.dumps(found, ensure_ascii=False).encode()
        if len(written) > bounds.READ_BYTES:
            raise unusable(FileFault.UNPACKS_TOO_LARGE)
    except UnusableFileError as error:
        problems = [problem.as_json() for problem in error.problems]
        return json.dumps({"problems": problems, "head": error.head}, ensure_ascii=False).encode()
    except MemoryError:
        return json.dumps({"problems": [{"fault": FileFault.UNPACKS_TOO_LARGE}]}).encode()
    return written


def _table(data: bytes, said: str) -> dict[str, Any]:
    found = table.read(data, said.split(",") if said else ())
    return {
        "columns": found.headings.columns,
        "are_named": found.headings.are_named,
        "lines": _lines(found.lines, bounds.LONGEST_CELL + 1),
        "name": found.sheet,
        "others": found.other_sheets,
    }


def _sheet(data: bytes, most_unpacked: int) -> dict[str, Any]:
    from portal.imports.reading import workbook  # noqa: PLC0415 - as in `table`

    found = workbook.read(data, most_unpacked)
    return {"lines": _lines(found.lines), "name": found.name, "others": found.others}


def _lines(
    lines: Iterable[Line], most: int | None = None
) -> list[tuple[int, list[str], list[tuple[int, str]]]]:
    return [
        (line.number, [cell[:most] for cell in line.cells], list(line.faults.items()))
        for line in lines
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
