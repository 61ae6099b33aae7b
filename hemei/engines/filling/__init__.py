"""A district's own forms (.xlsx, .docx) with placeholders in, the same forms filled out."""

from hemei.engines.filling.filling import fill, placeholders
from hemei.engines.filling.form import BadForm, Values

__all__ = ["BadForm", "Values", "fill", "placeholders"]
