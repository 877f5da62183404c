"""Labels in front of Chromium's fake camera."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import segno
import zxingcpp
from PIL import Image, ImageOps

SIZE = (640, 480)
WIDE = (1280, 720)
FINE = (1920, 1080)  # What a tablet's camera gives.
DESK = (120, 125, 130)
FRAMES_A_SECOND = 30  # Chromium plays a Motion JPEG file at this pace, over and over.


def qr_png(text: str, scale: int = 8) -> bytes:
    """A QR label as a PNG picture, `scale` pixels a module, with its quiet zone."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=scale, border=4)
    return drawn.getvalue()


def code_png(text: str, kind: zxingcpp.BarcodeFormat, scale: int = 4) -> bytes:
    """A label of another kind of code as a PNG picture, with its quiet zone."""
    pixels = memoryview(zxingcpp.create_barcode(text, kind).to_image(scale=scale))
    height, width = pixels.shape
    code = Image.frombytes("L", (width, height), pixels.tobytes())
    return _png(ImageOps.expand(code, 10 * scale, 255))


def turned_png(label: bytes, degrees: float) -> bytes:
    """The label, leaning to the left."""
    leaning = Image.open(io.BytesIO(label)).convert("RGB")
    return _png(leaning.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=DESK))


def inverted_png(label: bytes) -> bytes:
    """The label with light and dark exchanged."""
    return _png(ImageOps.invert(Image.open(io.BytesIO(label)).convert("L")))


def sized_png(label: bytes, width: int) -> bytes:
    """The label, so many pixels wide."""
    picture = Image.open(io.BytesIO(label)).convert("L")
    return _png(picture.resize((width, round(width * picture.height / picture.width))))


def stacked_png(*labels: bytes) -> bytes:
    """Several codes on one label, one above the other."""
    pictures = [Image.open(io.BytesIO(label)).convert("L") for label in labels]
    size = (max(picture.width for picture in pictures), sum(picture.height for picture in pictures))
    together = Image.new("L", size, 255)
    top = 0
    for picture in pictures:
        together.paste(picture, (0, top))
        top += picture.height
    return _png(together)


def _png(picture: Image.Image) -> bytes:
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()


def scene(*labels: bytes, size: tuple[int, int] = SIZE) -> bytes:
    """What a camera sees: labels (pictures, of any size) side by side on a grey desk, as a JPEG."""
    desk = Image.new("RGB", size, DESK)
    width = size[0] // max(len(labels), 1)
    for place, label in enumerate(labels):
        picture = Image.open(io.BytesIO(label)).convert("RGB")
        picture.thumbnail((width - 40, size[1] - 60), Image.Resampling.NEAREST)
        left = place * width + (width - picture.width) // 2
        desk.paste(picture, (left, (size[1] - picture.height) // 2))
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
