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
READ_SECONDS: Final = 60.0


class Deadline:
    """Until when a file must have been read."""

    def __init__(self, seconds: float = READ_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    def check(self) -> None:
        """Raise UnusableFileError once it is over."""
        if time.monotonic() > self._until:
            raise unusable(FileFault.TOO_SLOW)
