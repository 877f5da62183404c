"""Draw the icons of the installed app into static/app-icons: run it after changing the drawing.

The drawing is that of static/favicon.svg, in its measures: 32 units along each side.
"""

from pathlib import Path

from PIL import Image, ImageDraw

OUT = Path(__file__).resolve().parent.parent / "static" / "app-icons"
UNITS = 32
GROUND, MARK = "#1743a6", "#ffffff"
CORNER = 8
STROKE = 3
RING = (16, 13, 5)  # its middle, and the radius of its line
LINES = (((16, 18), (16, 26)), ((16, 23), (20, 23)))
FINER = 8  # drawn so many times larger, and made smaller softly

# What devices cut to their own shapes reaches to the edges; the mark lies within the middle 80 %.
WHOLE_SQUARE = {"maskable-192": 192, "maskable-512": 512, "apple-touch-180": 180}
ROUNDED = {"icon-192": 192, "icon-512": 512}


def draw(pixels: int, corner: int) -> Image.Image:
    """Return the icon, so many pixels along each side, with corners of that radius in units."""
    size = pixels * FINER
    scale = size / UNITS
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, size - 1, size - 1), corner * scale, GROUND)
    x, y, radius = RING
    outer = (radius + STROKE / 2) * scale
    box = (x * scale - outer, y * scale - outer, x * scale + outer, y * scale + outer)
    pen.ellipse(box, outline=MARK, width=round(STROKE * scale))
    for line in LINES:
        points = [(x * scale, y * scale) for x, y in line]
        pen.line(points, MARK, round(STROKE * scale))
        for x, y in points:
            end = STROKE / 2 * scale
            pen.ellipse((x - end, y - end, x + end - 1, y + end - 1), MARK)
    return image.resize((pixels, pixels), Image.Resampling.LANCZOS)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for name, pixels in ROUNDED.items():
        draw(pixels, CORNER).save(OUT / f"{name}.png", optimize=True)
    for name, pixels in WHOLE_SQUARE.items():
        draw(pixels, 0).convert("RGB").save(OUT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
