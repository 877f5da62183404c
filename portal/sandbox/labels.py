"""A printable sheet of the sandbox's hub labels, to scan with a real camera."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

import segno

from portal.sandbox import world

_STYLE = """
@page { size: A4; margin: 10mm }
body { color: #000; background: #fff; font: 9pt/1.35 system-ui, sans-serif; margin: 0 }
h1 { font-size: 14pt; margin: 0 0 4mm }
ul { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4mm; list-style: none;
  margin: 0; padding: 0 }
li { border: 0.3mm dashed #777; border-radius: 2mm; break-inside: avoid; padding: 3mm;
  text-align: center }
svg { display: block; height: auto; margin: 0 auto; max-width: 42mm; width: 100% }
strong, code, span { display: block }
code { font-size: 6.5pt; white-space: nowrap }
"""


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed on one hub; `hub_id` (UUID text) is also what its QR code says."""

    title: str
    hub_id: str
    serial: str


def labels(count: int, seed: int = world.DEFAULT_SEED) -> Iterator[Label]:
    """The labels of the magic hubs, then of the first `count` ordinary hubs in the world of `seed`.

    Raises ValueError for a `count` below 0 or above HUB_COUNT.
    """
    if not 0 <= count <= world.HUB_COUNT:
        raise ValueError(
            f"There are {world.HUB_COUNT} ordinary hubs, so not {count} labels of them."
        )
    for magic in world.MAGIC.values():
        yield Label(magic.title, magic.id, world.serial(magic.id))
    for n in range(count):
        hub_id = world.hub_id(n, seed)
        yield Label(f"Hub {n + 1} · {world.model(hub_id)}", hub_id, world.serial(hub_id))


def sheet(chosen: Iterable[Label]) -> str:
    """A self-contained HTML document, with one QR label for each of `chosen`."""
    items = "\n".join(_item(label) for label in chosen)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Sandbox hub labels</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Sandbox hub labels</h1>\n<ul>\n{items}\n</ul>\n</body>\n</html>\n"
    )


def _item(label: Label) -> str:
    code = segno.make_qr(label.hub_id, error="m").svg_inline(scale=4, border=4, omitsize=True)
    return (
        f"<li>{code}<strong>{escape(label.title)}</strong>"
        f"<code>{escape(label.hub_id)}</code><span>{escape(label.serial)}</span></li>"
    )
