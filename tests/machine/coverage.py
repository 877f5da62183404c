"""What the runs of the state machine have covered, to be printed."""

from collections import Counter
from collections.abc import Iterator


class Coverage:
    """Counts over all examples: a table each, and single figures in `figures`."""

    def __init__(self) -> None:
        self.figures: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.transitions: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.interruptions: Counter[str] = Counter()

    def lines(self) -> Iterator[str]:
        """The counts as text, one line each, the most frequent first."""
        for name, count in self.figures.items():
            yield f"{name:<40} {count:>8}"
        tables = {
            "steps by rule": self.rules,
            "states reached": self.states,
            "transitions": self.transitions,
            "faults armed": self.faults,
            "fault met, and how the call ended": self.outcomes,
            "workers killed at": self.kills,
            "interrupted at": self.interruptions,
        }
        for title, table in tables.items():
            yield f"\n{title} ({len(table)} kinds, {table.total()} times)"
            yield from (f"  {count:>7}  {name}" for name, count in table.most_common())
