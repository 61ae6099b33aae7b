"""What must not stand in a log."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}(?=[/?#\s]|$)")


class WithoutTokens(logging.Filter):
    """Hides long random parts of addresses: whoever reads a door's token in a log could open that door's page."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = TOKEN.sub("…", record.getMessage()), ()
        return True
