"""How much of a file is read. What goes beyond is refused before it costs anything."""

import time
from typing import Final

from portal.imports.reading.faults import FileFault, unusable

ROWS: Final = 10_000
COLUMNS: Final = 30
FILE_BYTES: Final = 8 * 1024 * 1024
# Of a workbook, which is packed: 10,000 rows of ten columns unpack to about 6 MB.
UNPACKED_BYTES: Final = 32 * 1024 * 1024
PACKED_FILES: Final = 500
MERGED_RANGES: Final = 20_000
# Characters of a cell. What is longer is cut behind the next one, which tells.
LONGEST_CELL: Final = 1000
# What is left of a file once it is read. Cells of a workbook may share one long text.
READ_BYTES: Final = 32 * 1024 * 1024
READ_SECONDS: Final = 30
# Of address space, in which a workbook as large as may be is read.
MEMORY_BYTES: Final = 512 * 1024 * 1024


class Deadline:
    """Until when a file must have been read."""

    def __init__(self, seconds: float = 2 * READ_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    def check(self) -> None:
        """Raise UnusableFileError once it is over."""
        if time.monotonic() > self._until:
            raise unusable(FileFault.TOO_SLOW)
