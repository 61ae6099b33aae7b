"""A household at its door, which sees only what stands on the page, and presses what is there."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client


class Household:
    """Reads the forms out of the page, as a browser without scripts would."""

    def __init__(self, client: Client, token: str) -> None:
        self.client = client
        self.token = token
        self.pages: list[str] = []
        self.status = 0
        self.address = ""
        self.query = ""
        self.open()

    @property
    def page(self) -> str:
        return self.pages[-1]

    @property
    def text(self) -> str:
        body = self.page.partition("<body")[2].partition(">")[2]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))

    def open(self, path: str = "") -> None:
        self._follow("get", f"/d/{self.token}/{path}", {})

    def fine(self) -> None:
        self._press("/fine/")

    def trouble(self) -> None:
        self._press("/look/")

    @property
    def asked(self) -> str:
        found = re.search(r'name="question" value="(\w+)"', self.page)
        return found[1] if found else ""

    def answer(self, choice: str) -> None:
        """Tap a choice: the button says whether it is asked for or posted."""
        button = re.search(rf'<button[^>]*value="{choice}"[^>]*>', self.page)
        assert button, f"no button {choice} on {self.address}"
        posted = re.search(r'formaction="([^"]+)"', button[0])
        fields = {"visit": self.visit, "question": self.asked, "answer": choice}
        address = f"/d/{self.token}/look/"
        self._follow("post" if posted else "get", html.unescape(posted[1]) if posted else address, fields)

    def is_told_to_leave(self) -> bool:
        return 'class="danger"' in self.page

    def go_on(self) -> None:
        link = re.search(r'<a class="middle" href="([^"]+/look/[^"]+)"', self.page)
        assert link, "no way on"
        self._follow("get", html.unescape(link[1]), {})

    def back(self) -> None:
        link = re.search(r'<a class="plain" href="([^"]+)"', self.page)
        assert link, "no way back"
        self._follow("get", html.unescape(link[1]), {})

    def asks_to_send(self) -> bool:
        return "/send/" in self.page

    def send(self, **fields: Any) -> None:
        self._press("/send/", **fields)

    @property
    def visit(self) -> str:
        found = re.search(r'name="visit" value="([^"]+)"', self.page)
        assert found, self.text
        return html.unescape(found[1])

    def _press(self, ending: str, **fields: Any) -> None:
        form = re.search(rf'<form method="(\w+)" action="([^"]+{ending})"', self.page)
        assert form, f"no form to {ending} on {self.address}"
        self._follow(form[1], form[2], {"visit": self.visit, **fields})

    def _follow(self, method: str, address: str, fields: dict[str, Any]) -> None:
        response = getattr(self.client, method)(address, fields, follow=True)
        self.status, self.address = response.status_code, response.request["PATH_INFO"]
        self.query = response.request["QUERY_STRING"]
        self.pages.append(response.content.decode())
