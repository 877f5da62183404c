"""What was given, by what it holds, whatever it is called."""

from typing import Final

from portal.imports.reading import package, text_file
from portal.imports.reading.bounds import FILE_BYTES
from portal.imports.reading.faults import FileFault, unusable

# What a browser offers to choose.
ACCEPT: Final = (
    ".csv,.txt,.tsv,.xlsx,text/csv,text/plain,text/tab-separated-values,"
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)
ZIP: Final = b"PK\x03\x04"
OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How files of other kinds begin, whatever they are called.
OTHERS: Final = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"),
    *(b"PK\x05\x06", b"\x7fELF", b"{\\rtf", b"SQLite format 3"),
)
MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg")


def look_at_head(data: bytes) -> None:
    """Refuse at once what costs nothing to refuse: by its kind, its size and its headings.

    Raises UnusableFileError.
    """
    if is_workbook(data):
        package.check_contents(data)
    else:
        text_file.look_at_head(data)


def is_workbook(data: bytes) -> bool:
    """Say whether it is a workbook, rather than text.

    Raises UnusableFileError for what is neither.
    """
    if not data.strip(b"\0\t\r\n ") or data.strip() in {b"\xef\xbb\xbf", b"\xff\xfe"}:
        raise unusable(FileFault.EMPTY)
    if len(data) > FILE_BYTES:
        raise unusable(FileFault.TOO_LARGE)
    if data.startswith(OLD_OFFICE):
        raise unusable(FileFault.OLD_EXCEL)
    head = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(OTHERS) or head.startswith(MARKUP):
        raise unusable(FileFault.OTHER_KIND)
    return data.startswith(ZIP)
