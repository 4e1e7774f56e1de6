"""What a page has to have for people who hear it or never touch a mouse, read out of its HTML."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
#: Fields nobody types into: they need no label.
UNLABELED_TYPES = frozenset({"hidden", "submit", "button"})
NAMING = ("aria-label", "aria-labelledby", "title")


class Structure(HTMLParser):
    """Headings, fields, names and heads of columns of a page or of a part of one."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: Counter[str] = Counter()
        self.named: set[str] = set()
        self.fields: list[tuple[str, str]] = []
        self.empty_heads = 0
        self.is_whole = False
        self._open: list[str] = []
        self._head_text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag in."""
        values = {name: value or "" for name, value in attrs}
        self.is_whole |= tag == "html"
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if values.get("id"):
            self.ids[values["id"]] += 1
        if tag == "label" and values.get("for"):
            self.named.add(values["for"])
        if tag in {"input", "select", "textarea"}:
            self._take_field(values)
        if tag == "th" and "thead" in self._open:
            self._head_text = ""
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Take an end in; what was left open inside ends with it."""
        if tag == "th" and self._head_text is not None:
            self.empty_heads += not self._head_text.strip()
            self._head_text = None
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take a text in."""
        if self._head_text is not None:
            self._head_text += data

    def _take_field(self, values: dict[str, str]) -> None:
        # What is hidden from all who listen, such as the name a keeper of passwords wants to see.
        if values.get("type") in UNLABELED_TYPES or values.get("aria-hidden") == "true":
            return
        if self._head_text is not None:
            self._head_text += values.get("aria-label", "")
        if "label" not in self._open and not any(values.get(name) for name in NAMING):
            self.fields.append((values.get("id", ""), values.get("name", "")))

    def list_faults(self) -> list[str]:
        """Return what is missing, as words; nothing for a page that is as it should be."""
        faults = [f"field without a label: {field}" for field in self._list_nameless()]
        faults += [f"id twice: {name}" for name, times in self.ids.items() if times > 1]
        if self.empty_heads:
            faults.append("a column without a head")
        if self.is_whole and self.headings.count(1) != 1:
            faults.append(f"{self.headings.count(1)} headings of the first rank")
        if self.is_whole and any(
            later > before + 1
            for before, later in zip(self.headings, self.headings[1:], strict=False)
        ):
            faults.append(f"a rank of heading left out: {self.headings}")
        return faults

    def _list_nameless(self) -> list[str]:
        return [name for found, name in self.fields if found not in self.named]


def list_faults(html: str) -> list[str]:
    """Return what a page or a part of one lacks."""
    structure = Structure()
    structure.feed(html)
    return structure.list_faults()
