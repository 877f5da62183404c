"""How often labels are read, by photo and by camera, on the pictures of `bench.pictures`.

Some of them are past reading, and a tenth of all may be: what must never happen is a false read.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median, quantiles

import django

from bench.labels import by_camera, by_photo
from bench.labels.outcome import Outcome
from bench.pictures import conditions
from bench.pictures.prints import SYMBOLOGIES
from bench.report import Figure

EACH = 8
QUICK = ("clean", "rotated")
TARGETS = {"photo": 90.0, "camera": 85.0}
WHAT = {"photo": "processor time of a photo", "camera": "a pass, on this machine"}


def measure(*, quick: bool) -> list[Figure]:
    """Return the share of the pictures that each path reads, and the number of false reads."""
    pictures = list(conditions.all_of(1, QUICK) if quick else conditions.all_of(EACH))
    outcomes = [*_by_photo(pictures), *_by_camera(pictures)]
    false = [outcome for outcome in outcomes if outcome.is_false]
    return [
        *(_figure(path, [one for one in outcomes if one.path == path]) for path in TARGETS),
        Figure(
            "False reads, by photo and by camera",
            len(false),
            0,
            digits=0,
            at_most=True,
            details=[f"{one.path}: {one.condition}, {one.symbology}" for one in false],
        ),
    ]


def _by_photo(pictures: Sequence[tuple[str, str, int]]) -> Iterator[Outcome]:
    # Fresh processes: a browser's threads would not survive a fork.
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=django.setup) as pool:
        yield from pool.map(_photo, pictures)


def _photo(which: tuple[str, str, int]) -> Outcome:
    return by_photo.read(conditions.picture(*which))


def _by_camera(pictures: Sequence[tuple[str, str, int]]) -> Iterator[Outcome]:
    with by_camera.camera(conditions.picture(*pictures[0])) as camera:
        for which in pictures:
            yield camera.read(conditions.picture(*which))


def _figure(path: str, outcomes: Sequence[Outcome]) -> Figure:
    hits = sum(outcome.is_hit for outcome in outcomes)
    times = [1000 * seconds for outcome in outcomes for seconds in outcome.seconds]
    return Figure(
        f"Labels read by {path}",
        100 * hits / len(outcomes),
        TARGETS[path],
        unit=" %",
        digits=0,
        details=[
            f"{'':<16}" + "".join(f"{symbology:>13}" for symbology in SYMBOLOGIES),
            *_rows(outcomes),
            f"{WHAT[path]}: median {median(times):.0f} ms, p95 {quantiles(times, n=20)[-1]:.0f} ms",
        ],
    )


def _rows(outcomes: Sequence[Outcome]) -> Iterator[str]:
    cells: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for outcome in outcomes:
        cells[outcome.condition, outcome.symbology].append(outcome.is_hit)
    for condition in dict.fromkeys(outcome.condition for outcome in outcomes):
        row = (cells[condition, symbology] for symbology in SYMBOLOGIES)
        yield f"{condition:<16}" + "".join(f"{f'{sum(hit)}/{len(hit)}':>13}" for hit in row)
