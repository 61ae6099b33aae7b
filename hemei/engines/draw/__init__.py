"""The verifiable random draw of houses and of inspectors; docs/draw.md says how anybody can redo it."""

from hemei.engines.draw.frame import DrawError, Entry, frame_bytes, frame_hash, read_frame
from hemei.engines.draw.houses import Drawn, draw
from hemei.engines.draw.inspectors import Inspector, assign

__all__ = ["DrawError", "Drawn", "Entry", "Inspector", "assign", "draw", "frame_bytes", "frame_hash", "read_frame"]
