"""What each column of a file probably holds: by what stands in it, then by what it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.imports.reading.columns import Column, is_id, is_known, said_by
from portal.imports.site_finder import SiteFinder


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
        if any(ranks.get(best, ())):
            found[best] = column
    for column in (Column.PLACE, Column.NOTE):
        called = [index for index, each in enumerate(samples) if each.said == column]
        called.sort(key=lambda index: not is_known(samples[index].name))
        found |= {index: column for index in called[:1] if index not in found}
    return [found.get(index, _left_out(each)) for index, each in enumerate(samples)]


def _of_hubs(sample: Sample) -> tuple[float, bool]:
    """Return how likely hubs stand there: another column's hubs are of no matter."""
    share, is_called = sample.share(is_id), sample.said == Column.HUB
    return (share, is_called) if is_called or share == 1 else (0, False)


def _of_sites(sites: SiteFinder) -> Callable[[Sample], tuple[float, int]]:
    """Return what says how likely sites stand there; names before ids, which people read less."""

    def rank(sample: Sample) -> tuple[float, int]:
        share = sample.share(sites.knows)
        if sample.said == Column.SITE:
            return share, 3 if is_known(sample.name) else 2
        if sample.said == Column.SITE_ID:
            return share, 1
        return (share, 0) if share == 1 else (0, 0)

    return rank


def _left_out(sample: Sample) -> str:
    return Column.PASSED_OVER if sample.said == Column.PASSED_OVER else ""
