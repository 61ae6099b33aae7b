"""The QR code on the screen, read as a phone's camera reads it, sets Collect up."""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from urllib.parse import unquote

import zxingcpp
from PIL import Image, ImageDraw

from hemei.core.models import Check, CollectorKey, Place
from tests.field.collector import Phone
from tests.field.test_collect import survey

SCALE = 5
UPDATES = {"manual", "previously_downloaded", "match_exactly"}  # as Collect's own settings name them
SENDING = {"off", "wifi_only", "cellular_only", "wifi_and_cellular"}


def photographed(page: str) -> Image.Image:
    """The code as dots: each `h` of the drawing is a dark run of one row."""
    drawing = unquote(html.unescape(re.search(r'src="data:image/svg\+xml[^,]*,([^"]+)"', page)[1]))
    across = max(map(int, re.search(r"width=.(\d+). height=.(\d+).", drawing).groups())) // 4
    picture = Image.new("L", (across * SCALE, across * SCALE), "white")
    x = y = 0.0
    for letter, told in re.findall(r"([Mmh])([-\d. ]+)", re.search(r"\bd=.([^'\"]+)", drawing)[1]):
        numbers = [float(one) for one in re.findall(r"-?\d*\.?\d+", told)]
        if letter == "h":
            top = (y - 0.5) * SCALE
            box = (x * SCALE, top, (x + numbers[0]) * SCALE - 1, top + SCALE - 1)
            ImageDraw.Draw(picture).rectangle(box, "black")
            x += numbers[0]
        else:
            x, y = numbers if letter == "M" else (x + numbers[0], y + numbers[1])
    return picture


def test_the_code_sets_a_phone_up(signed_in, well: Place) -> None:
    page = signed_in("grid").post("/field/phones/", {"name": "我的手机"}).content.decode()
    [code] = zxingcpp.read_barcodes(photographed(page))
    told = json.loads(zlib.decompress(base64.b64decode(code.text)))
    assert set(told) == {"general", "admin", "project"}
    assert told["general"]["form_update_mode"] in UPDATES
    assert told["general"]["autosend"] in SENDING
    assert len(told["project"]["icon"]) == 1
    phone = Phone(told["general"]["server_url"])
    blank, files = phone.fetch(phone.forms()["wells.survey"])
    assert blank is not None
    assert str(well.pk) in files["places.csv"].decode()
    assert phone.send(survey(well))[0].status_code == 201
    assert Check.objects.get().actor == f"collector:{CollectorKey.objects.get().pk}"
