"""What came of reading one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.pictures.conditions import Picture


@dataclass(frozen=True, slots=True)
class Outcome:
    """`found` is the hub id that was read, or ""; `seconds` is what each pass over it took.

    A read is false when a text came out that is on no label in sight, or another hub's id.
    """

    path: str
    condition: str
    symbology: str
    is_hit: bool
    is_false: bool
    seconds: Sequence[float]


def judge(
    path: str, picture: Picture, found: str, texts: Sequence[str], seconds: Sequence[float]
) -> Outcome:
    """Compare the hub id that was found, and all texts that were read, with what is in sight."""
    return Outcome(
        path=path,
        condition=picture.condition,
        symbology=picture.symbology,
        is_hit=found == picture.hub_id,
        is_false=found not in {"", picture.hub_id} or not picture.texts.issuperset(texts),
        seconds=tuple(seconds),
    )
