"""The forms of a page as a browser would send them, read out of its HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    """A form: where it goes, how, and what stands in its fields. `files` are fields for files."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms, and fields elsewhere on the page that name theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.named: dict[str, Form] = {}
        self.strays: list[tuple[str, dict[str, str]]] = []
        self._open: Form | None = None
        self._select: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        address = given.get("hx-post", "")
        if tag == "form":
            method = "post" if address else given.get("method", "get").lower()
            self._open = Form(action=address or given.get("action", ""), method=method)
            self.forms.append(self._open)
            if given.get("id"):
                self.named[given["id"]] = self._open
        elif tag in ("input", "select", "textarea", "button") and given.get("name"):
            if given.get("form"):
                self.strays.append((given["form"], given))
            elif self._open is not None:
                put(self._open, given)
            self._select = given if tag == "select" else None
        elif tag == "option" and self._select is not None and self._open is not None:
            is_first = not self._open.values.get(self._select["name"])
            if is_first or "selected" in given:
                self._open.values[self._select["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None


def put(form: Form, given: dict[str, str]) -> None:
    """Take a field of a page into its form."""
    if given.get("type") == "file":
        form.files.append(given["name"])
    elif given["name"] != "csrfmiddlewaretoken":
        form.values.setdefault(given["name"], given.get("value", ""))


def list_forms(html: str) -> list[Form]:
    """Return the forms of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    for name, given in reader.strays:
        if name in reader.named:
            put(reader.named[name], given)
    return reader.forms
