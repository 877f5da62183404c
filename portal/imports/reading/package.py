"""The zip that a workbook is: looked at before anything of it is unpacked.

What it says of its own size is believed as far as Python's zipfile holds it to that: no part is
unpacked further than it says.
"""

import io
import re
import zipfile
from typing import Final

from portal.imports.reading import bounds
from portal.imports.reading.faults import FileFault, unusable

CONTENT_TYPES: Final = "[Content_Types].xml"
WORKBOOK: Final = "xl/workbook.xml"
XML: Final = (".xml", ".rels", ".vml")
HEAD: Final = 4096
# Begins each entry of the list of contents, which zipfile reads wholly before it shows any.
_ENTRY: Final = b"PK\x01\x02"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
# Declarations stand before the first element; none of what writes workbooks writes any.
_DECLARES: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def check_contents(data: bytes, most_unpacked: int = bounds.UNPACKED_BYTES) -> None:
    """Look at the zip's list of contents alone. Raises UnusableFileError for what is not read."""
    if data.count(_ENTRY) > bounds.PACKED_FILES:
        raise unusable(FileFault.UNPACKS_TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise unusable(FileFault.DAMAGED) from None
    names = {part.filename for part in parts}
    if CONTENT_TYPES not in names or WORKBOOK not in names:
        raise unusable(FileFault.OTHER_OFFICE)
    if any(part.flag_bits & 1 for part in parts):
        raise unusable(FileFault.OLD_EXCEL)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > most_unpacked:
        raise unusable(FileFault.UNPACKS_TOO_LARGE)


def check_parts(data: bytes) -> None:
    """Look at how each part begins: one that declares entities is refused unread.

    Raises UnusableFileError, and what zipfile raises for a part that is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for part in package.infolist():
            if not part.filename.endswith(XML):
                continue
            with package.open(part) as xml:
                head = xml.read(HEAD)
            if head.startswith(_UTF_16) or _DECLARES.search(head):
                raise unusable(FileFault.DAMAGED)
