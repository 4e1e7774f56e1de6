"""Reference pages made out of the code: `python -m yipan.config.reference` writes them."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import yipan
from yipan.config.environment import make_settings_page
from yipan.config.message_reference import make_messages_page
from yipan.foundation.refusals import Refusal

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
DECISIONS = FOLDER.parent / "adr"
MADE = "<!-- Made by `python -m yipan.config.reference` out of the code. -->\n"


def write_pages(folder: Path = FOLDER) -> list[Path]:
    """Write all pages, and return those that changed."""
    changed = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in make_pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def make_pages() -> dict[str, str]:
    """Return the pages, by file name."""
    return {
        "refusals.md": make_refusals_page(),
        "actions.md": make_actions_page(),
        "events.md": make_events_page(),
        "messages.md": make_messages_page(MADE),
        "settings.md": make_settings_page(MADE),
        "../adr/README.md": make_decisions_page(),
    }


def list_refusals() -> list[type[Refusal]]:
    """Return every kind of refusal in the product, by code."""
    for module in pkgutil.walk_packages(yipan.__path__, "yipan."):
        # Doors of processes start things when they are imported, and hold no refusals.
        if not module.name.endswith(("wsgi", "asgi", "__main__")):
            import_module(module.name)
    kinds = {kind for kind in _walk(Refusal) if kind.__module__.startswith("yipan.")}
    return sorted(kinds, key=lambda kind: (kind.code, kind.__name__))


def make_refusals_page() -> str:
    """Return the page of all refusals, a heading per subject."""
    lines = [
        "# Refusals",
        "",
        MADE,
        'A refusal is an expected "no". It leaves the API as `application/problem+json` with the',
        "status below, and a page tells it in words. Clients branch on the code alone: it never",
        "changes. What was refused has changed nothing.",
        "",
        "A request is checked in this order: who asks (401), how often (429), whether the roles",
        "allow it (403), the `Idempotency-Key` (400, 409, 422), whether it can be read (400, 422),",
        "whether its object is within the asker's sites (404), and then what its verb refuses.",
    ]
    subject = ""
    rows = sorted({(kind.code, kind.status, _get_meaning(kind)) for kind in list_refusals()})
    for code, status, meaning in rows:
        if code.partition(".")[0] != subject:
            subject = code.partition(".")[0]
            lines += ["", f"## {subject}", "", "| code | status | meaning |", "| --- | --- | --- |"]
        lines.append(f"| `{code}` | {status} | {meaning} |")
    return "\n".join(lines) + "\n"


def make_actions_page() -> str:
    """Return the page of roles and actions: a row per action, a column per role."""
    from yipan.access.roles import ACTIONS, Role  # noqa: PLC0415 - Django has to be set up

    lines = [
        "# Actions and roles",
        "",
        MADE,
        "Every page and every API operation is one action. A person with several roles may do",
        "what one of them allows, at the sites named for the person; an object of another site",
        'is "not found".',
        "",
        "| action | " + " | ".join(role.value.replace("_", " ") for role in Role) + " |",
        "| --- |" + " :-: |" * len(Role),
    ]
    for action, roles in ACTIONS.items():
        marks = ["●" if role in roles else "" for role in Role]
        lines.append(f"| `{action}` | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def make_events_page() -> str:
    """Return the page of all events: a table per system, a row per document type."""
    from yipan.config.event_catalog import EVENTS  # noqa: PLC0415 - Django has to be set up
    from yipan.documents.events import make_kind  # noqa: PLC0415

    lines = [
        "# Events",
        "",
        MADE,
        "Every step of every document is an event, written in the transaction that takes the step.",
        "`GET /api/v1/events/feed?after=` reads them as CloudEvents 1.0, in the order they were",
        "written down: begin without `after`, go on with `last_position`. A position only rises;",
        "what a transaction that still runs has written comes later, and is never passed by.",
        "",
        "| parameter | keeps |",
        "| --- | --- |",
        "| `system` | the documents of `erp`, `wms` or `pos` |",
        "| `document_type` | one type |",
        "| `number` | one document |",
        "| `site` | what is about a site; a transfer is about both its ends |",
        "| `limit` | at most so many, 1 to 500 |",
        "",
        "A key of some sites reads what is about one of them. `subject` is the number, `time` when",
        "it happened, `recordedtime` when it was written down, `causationid` the message that",
        "brought the step or tells of it, `id` the same whenever the event is read. `data` holds",
        "`document_type`, `number`, `step`, `from_state`, `to_state`, `sites`, `actor`, `device`",
        "and `reason`; lines are read from the document. Money is in no event.",
        "",
        "A message (`erp.goods_receipt_posted.v1`) tells one system what another needs to know; an",
        "event (`erp.goods_receipt.posted.v1`) tells anybody that a document moved on.",
    ]
    before = ""
    for (system, document_type), steps in EVENTS.items():
        if system != before:
            before = system
            lines += ["", f"## {system}", "", "| document type | events |", "| --- | --- |"]
        kinds = [make_kind(system=system, document_type=document_type, step=it) for it in steps]
        lines.append(f"| `{document_type}` | " + ", ".join(f"`{kind}`" for kind in kinds) + " |")
    return "\n".join(lines) + "\n"


def make_decisions_page() -> str:
    """Return the list of all decisions (ADR), by number, each with its title."""
    lines = [
        "# Decisions",
        "",
        MADE,
        "What was decided, why, what was rejected, and when to look at it again. A decision that a",
        "later one changes says so in its first lines, and stays.",
        "",
        "| number | decision |",
        "| --- | --- |",
    ]
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        with path.open(encoding="utf-8") as file:
            number, _, title = file.readline().removeprefix("# ").strip().partition(" ")
        lines.append(f"| [{number}]({path.name}) | {title} |")
    return "\n".join(lines) + "\n"


def _walk(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for below in kind.__subclasses__():
        if "code" in vars(below):
            yield below
        yield from _walk(below)


def _get_meaning(kind: type[Refusal]) -> str:
    paragraph = (kind.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def main() -> int:
    """Write the pages and say which changed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    import_module("django").setup()
    for path in write_pages():
        sys.stdout.write(f"{path.resolve().relative_to(FOLDER.parents[1])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
