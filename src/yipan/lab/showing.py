"""Turn a stored frame into what a page shows, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import get_language, gettext

from yipan.console import marks
from yipan.console.formats import write_integer
from yipan.console.templatetags.yipan import account as write_account
from yipan.lab import drawing, runs
from yipan.lab.runs import RunRow
from yipan.lab.words import texts, things
from yipan.recon.views.words import CAUSES, describe_part
from yipan.simulate.stories import retailer
from yipan.simulate.stories.stage import ZONE_HOURS
from yipan.simulate.stories.story import Story

#: What fits beside each other on a big screen without scrolling: a case takes the place of so
#: many messages.
WIRE_MAX: Final = 9
WIRE_MIN: Final = 3
WIRE_PER_CASE: Final = 3
CASES_MAX: Final = 2
STEPS_MAX: Final = 3
STEPS_BESIDE_A_CASE: Final = 1
ORDERS_MAX: Final = 3
#: Which books stand side by side, whether a story has them or not.
TONES: Final[Mapping[str, str]] = {"erp": "erp", "wms": "wms", "pos": "pos"}

_SKUS = {str(row["code"]): row for row in retailer.SKUS}

#: Numbers of a sentence that say by how much something is off: with a sign, also above zero.
SIGNED: Final = frozenset({"difference", "more", "less"})


def list_systems(story: Story) -> list[str]:
    """Return the books of a story by their marks: `erp`, `wms:W1`..."""
    kinds = {"warehouse": "wms", "store": "pos"}
    return [
        "erp",
        *(f"{kinds[str(retailer.SITES[site]['site_type'])]}:{site}" for site in story.sites),
    ]


def describe(story: Story, run: RunRow, *, step: int) -> dict[str, Any]:
    """Return all a page shows of one step of a run; behind the end it is the last."""
    beats = runs.list_beats(run.public_id)
    step = max(0, min(step, len(beats) - 1))
    [frame] = runs.list_frames(run.public_id, places=[step])
    cases, steps = frame["cases"][::-1][:CASES_MAX], frame["steps"]
    fits = WIRE_MAX - WIRE_PER_CASE * len(cases) - (2 if steps else 0)
    wire = frame["wire"][::-1][: max(WIRE_MIN, fits)]
    written = steps[-(STEPS_BESIDE_A_CASE if cases else STEPS_MAX) :]
    if len(cases) == CASES_MAX:
        written = []
    return {
        "run": run,
        "step": step,
        "steps": [
            {"place": place, "kind": kind, "label": things.KINDS[kind]}
            for place, (_text, kind) in enumerate(beats)
        ],
        "number": step + 1,
        "count": len(beats),
        "previous": step - 1 if step else None,
        "following": step + 1 if step + 1 < len(beats) else None,
        "kind": frame["kind"],
        "kind_label": things.KINDS[frame["kind"]],
        "caption": write_text(frame["text"], frame["numbers"]),
        "clock": _write_clock(frame["at"]),
        "picture": _describe_picture(story, frame, scale=run.scale),
        "scale": run.scale,
        "goods": [{"place": n, "name": name_sku(sku)} for n, sku in enumerate(story.goods)],
        "books": [_describe_book(story, book) for book in frame["books"]],
        "absent": _list_absent(story),
        "orders": [_describe_order(order) for order in frame["orders"][-ORDERS_MAX:]],
        "sums": [_describe_sum(story, row) for row in frame["sums"]],
        "is_equal": all(row["physical"] == row["own"] == row["hub"] for row in frame["sums"]),
        "wire": [_describe_message(row) for row in wire],
        "wire_more": len(frame["wire"]) - len(wire),
        "cases": [_describe_case(row) for row in cases],
        "written": [_describe_step(row) for row in written],
        "written_more": len(steps) - len(written),
    }


def write_text(key: str, numbers: Mapping[str, Any]) -> str:
    """Return the sentence of a beat, its numbers written as the reader writes them."""
    written = {name: _write_number(name, value) for name, value in numbers.items()}
    return str(texts.TEXTS[key]) % written


def name_sku(code: str) -> str:
    """Return the name of goods in the reader's language."""
    return _pick_name(_SKUS[code]) if code in _SKUS else code


def name_site(code: str) -> str:
    """Return the name of a site in the reader's language."""
    return _pick_name(retailer.SITES[code]) if code in retailer.SITES else code


def name_place(place: str) -> str:
    """Return what a place is called: a bin by its code, all else by a word."""
    part = place.rpartition("/")[2]
    return str(things.PLACES.get(part, part))


def _pick_name(row: Mapping[str, object]) -> str:
    is_chinese = (get_language() or "").startswith("zh")
    return str(row["name_zh" if is_chinese else "name"])


def _write_number(name: str, value: Any) -> str:
    if isinstance(value, int):
        return ("+" if name in SIGNED and value > 0 else "") + write_integer(value)
    if name == "cause":
        return str(CAUSES.get(value, value))
    if name == "channel":
        return str(things.CHANNELS.get(value, value))
    if name == "state":
        return str(marks.get_state_mark(value)[0])
    return str(value)


def _write_clock(text: str) -> dict[str, str]:
    """Return day and wall clock of the retailer."""
    local = datetime.fromisoformat(text) + timedelta(hours=ZONE_HOURS)
    day = (local.date() - datetime(2026, 3, 2).date()).days + 1  # noqa: DTZ001  only the day counts
    return {"day": str(max(1, day)), "time": f"{local:%H:%M}"}


def _describe_picture(story: Story, frame: Mapping[str, Any], *, scale: int) -> dict[str, Any]:
    picture = drawing.draw(story, frame, scale=scale)
    kinds = {"warehouse": "wms", "store": "pos"}
    return {
        "drawn": picture,
        "buildings": [
            {
                "drawn": each,
                "name": name_site(each.site),
                "tone": kinds[str(retailer.SITES[each.site]["site_type"])],
            }
            for each in picture.buildings
        ],
        "places": [
            {
                "drawn": each,
                "name": name_place(each.place),
                "counts": [
                    {"goods": index, "quantity": write_integer(quantity), "sku": name_sku(sku)}
                    for sku, index, quantity in each.counts
                ],
            }
            for each in picture.places
        ],
    }


def _list_absent(story: Story) -> list[dict[str, str]]:
    """Return the site systems that take no part in a story."""
    there = {name.partition(":")[0] for name in list_systems(story)}
    return [
        {"book": name, "tone": tone, "system": name.upper()}
        for name, tone in TONES.items()
        if name not in there
    ]


def _describe_book(story: Story, book: Mapping[str, Any]) -> dict[str, Any]:
    name = book["book"]
    is_mixed = len(story.goods) > 1
    return {
        "book": name,
        "tone": TONES[name.partition(":")[0]],
        "system": name.partition(":")[0].upper(),
        "site": name_site(name.partition(":")[2]) if ":" in name else "",
        "rows": [
            {
                "place": _name_account(row["account"]),
                "sku": name_sku(row["sku"]) if is_mixed else "",
                "quantity": row["quantity"],
                "change": row["change"],
            }
            for row in book["rows"]
            if _plays_at(story, row["account"])
        ],
    }


def _plays_at(story: Story, account: str) -> bool:
    """Tell whether an account is of no site, or of one the story plays at."""
    parts = account.split("/")
    site = parts[1] if len(parts) > 1 and parts[0] in ("on_hand", "on_order") else ""
    return site not in retailer.SITES or site in story.sites


def _name_account(path: str) -> str:
    parts = path.split("/")
    if parts[0] == "on_order":
        return f"{gettext('On order')} · {parts[1]}"
    if parts[0] == "in_transit":
        return f"{gettext('In transit')} · {parts[1]}"
    if len(parts) == 3 and parts[1] == "PICKING":
        return f"{gettext('Picked')} · {marks.get_status_mark(parts[2])[0]}"
    return write_account(path)


def _describe_order(order: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **order,
        "channel": things.CHANNELS.get(order["channel"], order["channel"]),
        "parts": [{"site": site, "state": state} for site, state in order["parts"]],
    }


def _describe_sum(story: Story, row: Mapping[str, Any]) -> dict[str, Any]:
    tone = list_systems(story)[1 + story.sites.index(row["site"])].partition(":")[0]
    return {
        **row,
        "name": name_site(row["site"]),
        "sku": name_sku(row["sku"]),
        "tone": tone,
        "own_off": row["own"] - row["physical"],
        "hub_off": row["hub"] - row["physical"],
    }


def _describe_message(row: Mapping[str, Any]) -> dict[str, Any]:
    label, tone = things.WIRE[row["state"]]
    kind = row["kind"].removesuffix(".v1").partition(".")[2]
    system, _colon, rest = row["source"].partition(":")
    return {
        **row,
        "to": [things.HEARERS.get(each, each.upper()) for each in row["to"]],
        "label": label,
        "tone": tone,
        "kind": things.MESSAGES.get(kind, kind.replace("_", " ")),
        "book": system if system in ("erp", "oms") else f"{system}:{rest.partition('/')[0]}",
        "goods": [
            f"{write_integer(quantity)} × {name_sku(sku)}"
            for sku, quantity in row["goods"]
            if quantity
        ],
        "trouble": things.TROUBLES.get(row["trouble"], "") if row["state"] == "applied" else "",
    }


def _describe_case(row: Mapping[str, Any]) -> dict[str, Any]:
    parts = [describe_part(part) for part in row["parts"]]
    return {
        **row,
        "sku": name_sku(row["sku"]),
        "site": name_site(row["site"]),
        "is_closed": row["state"] == "closed",
        "is_count": row["kind"] == "book_vs_count",
        "cause": CAUSES.get(row["cause"], row["cause"]),
        "parts": parts[:2],
        "corrections": [
            {
                "document": each["document"],
                "cause": CAUSES.get(each["cause"], each["cause"]),
                "quantity": each["quantity"],
            }
            for each in row["corrections"]
        ],
        "closing": _name_closing(row["closing"]),
    }


def _name_closing(reason: str) -> str:
    if reason == "agreed":
        return gettext("The figures agree again.")
    if reason == "late_document":
        return gettext("A late document explained it in full.")
    return ""


def _describe_step(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "type": marks.DOCUMENTS.get(row["type"], _name_type(row["type"]))}


def _name_type(code: str) -> str:
    return str(things.DOCUMENTS.get(code, code.replace("_", " ")))
