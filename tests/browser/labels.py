"""Labels in front of Chromium's fake camera."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import segno
from PIL import Image

SIZE = (640, 480)
FRAMES_A_SECOND = 30  # Chromium plays a Motion JPEG file at this pace, over and over.


def qr_png(text: str, scale: int = 8) -> bytes:
    """A QR label as a PNG picture, `scale` pixels a module, with its quiet zone."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=scale, border=4)
    return drawn.getvalue()


def scene(*labels: bytes) -> bytes:
    """What a camera sees: labels (pictures, of any size) side by side on a grey desk, as a JPEG."""
    desk = Image.new("RGB", SIZE, (120, 125, 130))
    width = SIZE[0] // max(len(labels), 1)
    for place, label in enumerate(labels):
        picture = Image.open(io.BytesIO(label)).convert("RGB")
        picture.thumbnail((width - 40, SIZE[1] - 60), Image.Resampling.NEAREST)
        left = place * width + (width - picture.width) // 2
        desk.paste(picture, (left, (SIZE[1] - picture.height) // 2))
    taken = io.BytesIO()
    desk.save(taken, "JPEG", quality=90)
    return taken.getvalue()


def film(path: Path, texts: Sequence[str | None], seconds_each: float = 1.0) -> Path:
    """Write what the fake camera plays: each text as a QR label, None as an empty desk.

    Returns `path`, which should end in `.mjpeg`, for `camera_flags`. The film starts when the page
    opens the camera, and runs round and round.
    """
    return film_of(path, (scene() if t is None else scene(qr_png(t)) for t in texts), seconds_each)


def film_of(path: Path, scenes: Iterable[bytes], seconds_each: float = 1.0) -> Path:
    """As `film`, of ready scenes."""
    frames = max(1, round(seconds_each * FRAMES_A_SECOND))
    path.write_bytes(b"".join(picture * frames for picture in scenes))
    return path


def camera_flags(film: Path | None = None, cameras: int = 1) -> list[str]:
    """Chromium's arguments for so many fake cameras that all play `film` (or a test picture) and
    that a page may use without asking."""
    flags = [
        "--use-fake-ui-for-media-stream",
        f"--use-fake-device-for-media-stream=device-count={cameras}",
    ]
    return [*flags, f"--use-file-for-fake-video-capture={film}"] if film else flags
