"""The tables of docs/sandbox.md, as Markdown: `python -m portal.sandbox.table`."""

import sys

from portal.sandbox.known import KNOWN
from portal.sandbox.world import MAGIC

FAULTS_AT = "http://127.0.0.1:8787/_control/faults"


def magic_table() -> str:
    """A Markdown table of all magic hubs, a line each, ending with a line break."""
    rows = [f"| {hub.title} | `{hub.id}` | {hub.what_it_does} |" for hub in MAGIC.values()]
    return "\n".join(["| hub | id | what it does |", "|---|---|---|", *rows, ""])


def fault_table() -> str:
    """A Markdown table of all faults with a name, a line each, ending with a line break."""
    rows = [
        f"| {fault.what_it_does} | `curl -X POST {FAULTS_AT}/{name}` |"
        for name, fault in KNOWN.items()
    ]
    return "\n".join(["| what happens | how |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(f"{magic_table()}\n{fault_table()}")
