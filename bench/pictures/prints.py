"""What is printed on labels: codes, and words below them."""

import io
import json
import math
from dataclasses import dataclass
from typing import Final

import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageOps

PAPER, INK = 235, 25

SYMBOLOGIES: Final = ("QR", "Data Matrix", "Code 128")

# Millimetres. A 103 dots/cm (203 dpi) thermal printer prints Code 128 two dots a line: a hub id,
# 36 characters of any kind, then takes 11 cm.
MATRIX_SIDE: Final = 30.0
LINE: Final = 0.25
HEIGHT: Final = 22.0
# Quiet zones in modules, as the standards ask for.
QUIET: Final = {"QR": 4, "Data Matrix": 2, "Code 128": 10}


@dataclass(frozen=True, slots=True)
class Print:
    """A label lying flat: `picture` has `scale` pixels a millimetre; a module of its code is
    `module` millimetres wide."""

    picture: Image.Image
    scale: float
    module: float

    @property
    def size(self) -> tuple[float, float]:
        """Its sides in millimetres."""
        return self.picture.width / self.scale, self.picture.height / self.scale


def texts(hub_id: str, symbology: str) -> tuple[str, ...]:
    """The forms in which labels of that kind hold the id; a link would be too wide for lines."""
    if symbology == "Code 128":
        return hub_id, hub_id.upper(), hub_id.replace("-", "")
    link = f"https://spkey.example/h/{hub_id}"
    return hub_id, link, json.dumps({"hubId": hub_id, "model": "SPK-Hub 2"})


def label(text: str, symbology: str, scale: float, side: float = MATRIX_SIDE) -> Print:
    """Print a code with at least `scale` pixels a millimetre.

    `side` is the width in millimetres of a matrix code with its quiet zone; of Code 128 it is the
    width of 120 narrow lines, which is 30 mm for the ordinary ones.
    """
    code = _modules(text, symbology)
    module = LINE * side / MATRIX_SIDE if symbology == "Code 128" else side / code.width
    pixels = max(1, math.ceil(scale * module))
    if symbology == "Code 128":
        bars = code.resize((code.width * pixels, round(HEIGHT / module * pixels)), 0)
    else:
        bars = code.resize((code.width * pixels, code.height * pixels), 0)
    return Print(_card(bars, text, pixels), pixels / module, module)


def _modules(text: str, symbology: str) -> Image.Image:
    """The code with its quiet zone, one pixel a module; lines are one pixel high."""
    if symbology == "QR":
        drawn = io.BytesIO()
        segno.make_qr(text, error="m").save(drawn, kind="png", scale=1, border=0)
        code = Image.open(drawn).convert("L")
    elif symbology == "Data Matrix":
        code = _written(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    else:
        lines = _written(text, zxingcpp.BarcodeFormat.Code128)
        code = lines.crop((0, 0, lines.width, 1))
    quiet = QUIET[symbology]
    border = (quiet, 0) if symbology == "Code 128" else quiet
    return ImageOps.expand(code, border, 255).point(lambda value: PAPER if value > 127 else INK)


def _written(text: str, symbology: zxingcpp.BarcodeFormat, **options: bool) -> Image.Image:
    code = zxingcpp.create_barcode(text, symbology, **options)
    pixels = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    height, width = pixels.shape
    return Image.frombytes("L", (width, height), pixels.tobytes())


def _card(code: Image.Image, text: str, pixels: int) -> Image.Image:
    """The code on its card, with what it says printed below, as labels have it."""
    margin = 2 * pixels
    words = max(10, code.width // 26)
    card = Image.new("L", (code.width + 2 * margin, code.height + 3 * margin + words), PAPER)
    card.paste(code, (margin, margin))
    pen = ImageDraw.Draw(card)
    pen.text((3 * margin, code.height + 2 * margin), text[:44], INK, font_size=words * 0.8)
    return card
