"""What each column of a file probably holds: by what stands in it, then by what it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from portal.imports.reading.columns import Column, is_id, is_known, said_by
from portal.imports.site_finder import SiteFinder

type Rank = tuple[bool, int, float]
"""Of two columns, the one that ranks higher is proposed; one that is NEVER is not."""
NEVER: Final[Rank] = (False, 0, 0)
# More than this share of what stands there is most of it: one line in three may be misspelt.
MOST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """A column as the file has it: what it is called, "" for nothing, and what stands below."""

    name: str
    below: Sequence[str]

    @property
    def said(self) -> Column | None:
        """What its name says that it holds."""
        return said_by(self.name)

    def share(self, fits: Callable[[str], bool]) -> float:
        """Return how much of what stands in it fits."""
        return sum(map(fits, self.below)) / len(self.below) if self.below else 0


def proposed(samples: Sequence[Sample], sites: SiteFinder) -> list[str]:
    """Return what to propose for each column, "" for nothing; no column of hubs or sites twice.

    A name alone misleads: of "Site id" and "Site", "Hub" and "Hub number", one holds what is meant.
    """
    found: dict[int, str] = {}
    for column, rank in ((Column.HUB, _of_hubs), (Column.SITE, _of_sites(sites))):
        ranks = {index: rank(each) for index, each in enumerate(samples) if index not in found}
        best = max(ranks, key=ranks.__getitem__, default=0)
        if ranks.get(best, NEVER) > NEVER:
            found[best] = column
    for column in (Column.PLACE, Column.NOTE):
        called = [index for index, each in enumerate(samples) if _may_hold(each, column)]
        called.sort(key=lambda index: not is_known(samples[index].name))
        found |= {index: column for index in called[:1] if index not in found}
    return [found.get(index, _left_out(each)) for index, each in enumerate(samples)]


def _may_hold(sample: Sample, column: Column) -> bool:
    """Say whether the column is called so: nearly so is not enough where hubs stand in it."""
    return sample.said == column and (is_known(sample.name) or sample.share(is_id) <= MOST)


def _of_hubs(sample: Sample) -> Rank:
    """Return how likely hubs stand there: before a name, most of what stands there decides."""
    return _rank(sample.share(is_id), int(sample.said == Column.HUB))


def _of_sites(sites: SiteFinder) -> Callable[[Sample], Rank]:
    """Return what says how likely sites stand there; names before ids, which people read less."""

    def rank(sample: Sample) -> Rank:
        called = {Column.SITE: 2, Column.SITE_ID: 1}.get(sample.said, 0) if sample.said else 0
        by_name = called + int(called == 2 and is_known(sample.name))
        return _rank(sample.share(sites.knows), by_name)

    return rank


def _rank(share: float, by_name: int) -> Rank:
    is_most = share > MOST
    return (is_most, by_name, share) if is_most or by_name else NEVER


def _left_out(sample: Sample) -> str:
    return Column.PASSED_OVER if sample.said == Column.PASSED_OVER else ""
