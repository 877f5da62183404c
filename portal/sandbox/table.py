"""The magic hubs as a Markdown table, for docs/sandbox.md: `python -m portal.sandbox.table`."""

import sys

from portal.sandbox.world import MAGIC


def magic_table() -> str:
    """A Markdown table of all magic hubs, a line each, ending with a line break."""
    rows = [f"| {hub.title} | `{hub.id}` | {hub.what_it_does} |" for hub in MAGIC.values()]
    return "\n".join(["| hub | id | what it does |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(magic_table())
