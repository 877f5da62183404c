"""A film of hub labels for Chromium's fake camera, each with its number in black and white beside.

The number lets the page that is measured see when a label is shown to it for the first time.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from bench.pictures import prints

SIZE: Final = (1280, 720)
FRAMES_A_SECOND: Final = 30  # Chromium plays a Motion JPEG file at this pace, over and over.
BITS: Final = 8
BLOCK: Final = 40  # Pixels a side of each of the blocks in the left upper corner, one a bit.
LABEL_SIDE: Final = 300


def write(path: Path, hub_ids: Sequence[str], seconds_each: float) -> Path:
    """Write QR and Data Matrix by turns, and a while of an empty desk; return the film's path."""
    frames = max(1, round(seconds_each * FRAMES_A_SECOND))
    with path.open("wb") as film:
        for number, hub_id in enumerate(hub_ids, start=1):
            film.write(_scene(number, hub_id) * frames)
        film.write(_scene(0, None) * max(1, len(hub_ids) * frames // 10))
    return path


def flags(film: Path) -> tuple[str, ...]:
    """Chromium's arguments for a camera that plays the film, and that pages may use unasked."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream=device-count=1",
        f"--use-file-for-fake-video-capture={film}",
    )


def _scene(number: int, hub_id: str | None) -> bytes:
    desk = Image.new("L", SIZE, 125)
    pen = ImageDraw.Draw(desk)
    for bit in range(BITS):
        colour = 255 if number >> bit & 1 else 0
        pen.rectangle((bit * BLOCK, 0, (bit + 1) * BLOCK - 1, BLOCK - 1), colour)
    if hub_id:
        label = prints.label(hub_id, prints.SYMBOLOGIES[number % 2], 10).picture
        label.thumbnail((LABEL_SIDE, LABEL_SIDE))
        desk.paste(label, ((SIZE[0] - label.width) // 2, (SIZE[1] - label.height) // 2))
    written = io.BytesIO()
    desk.convert("RGB").save(written, "JPEG", quality=90)
    return written.getvalue()
