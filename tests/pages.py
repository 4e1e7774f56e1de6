"""Pages as tests read them: what they say, and not how their templates are laid out."""

from __future__ import annotations

import re


def squeeze(page: str | bytes) -> str:
    """Return a page with one space for all white space, and none beside its tags."""
    text = page.decode() if isinstance(page, bytes) else page
    return re.sub(r" ?(<) ?| ?(/?>) ?", r"\1\2", re.sub(r"\s+", " ", text))
