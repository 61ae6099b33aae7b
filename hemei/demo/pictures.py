"""Simple drawings that stand in for photos and scans in the demo, each marked DEMO."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw

SIZE = (640, 480)
PAPER, INK, WALL, ROOF, GREEN, RED = "#f7f5ef", "#3a3a3a", "#d9c7a3", "#8a5a44", "#2e6b4f", "#b3261e"


@cache
def picture(shows: str) -> bytes:
    """A JPEG of what a step shows: remedy, accept, contain, serve or report."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    if shows in ("serve", "report"):
        draw_document(pen, sealed=shows == "report")
    else:
        draw_house(pen)
        if shows == "contain":
            pen.line([(60, 380), (580, 340)], fill=RED, width=14)
            pen.line([(60, 340), (580, 380)], fill=RED, width=14)
        elif shows == "remedy":
            pen.line([(330, 220), (318, 260), (338, 300), (326, 350)], fill="#efe6cf", width=16)
        else:
            pen.line([(470, 120), (500, 155), (560, 80)], fill=GREEN, width=14)
    pen.text((20, 16), "DEMO", fill=RED, font_size=36)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def draw_house(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(150, 210), (320, 90), (490, 210)], fill=ROOF, outline=INK, width=3)
    pen.rectangle([180, 210, 460, 390], fill=WALL, outline=INK, width=3)
    pen.rectangle([220, 270, 290, 390], fill=ROOF, outline=INK, width=3)
    pen.rectangle([360, 260, 430, 320], fill=PAPER, outline=INK, width=3)
    pen.line([(40, 392), (600, 392)], fill=INK, width=3)


def draw_document(pen: ImageDraw.ImageDraw, *, sealed: bool) -> None:
    pen.rectangle([200, 60, 440, 430], fill="white", outline=INK, width=3)
    for line in range(8):
        pen.line([(225, 120 + line * 28), (415 - 40 * (line % 3), 120 + line * 28)], fill=INK, width=3)
    if sealed:
        pen.ellipse([330, 320, 420, 410], outline=RED, width=6)
