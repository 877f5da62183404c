"""Figures, and the table that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = ("figure", "measured", "target", "verdict")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its target: a bound from below, or from above with `at_most`.

    `unit` follows both numbers; `details` are lines that say what the figure is made of.
    """

    name: str
    measured: float
    target: float
    unit: str = ""
    digits: int = 2
    at_most: bool = False
    details: Sequence[str] = ()

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target if self.at_most else self.measured >= self.target

    def cells(self, *, judged: bool) -> tuple[str, str, str, str]:
        """Return the figure as a row of the table, without a verdict when it is not judged."""
        verdict = ("met" if self.met else "MISSED") if judged else "not judged"
        bound = "≤" if self.at_most else "≥"
        return (self.name, self._text(self.measured), f"{bound} {self._text(self.target)}", verdict)

    def _text(self, value: float) -> str:
        return f"{value:.{self.digits}f}{self.unit}"


def table(figures: Sequence[Figure], *, judged: bool) -> str:
    """Return the figures as a table in plain text, what they are made of below it."""
    rows = [COLUMNS, *(figure.cells(judged=judged) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    for figure in figures:
        lines += ["", f"{figure.name}:", *(f"  {detail}" for detail in figure.details)]
    return "\n".join(lines)
