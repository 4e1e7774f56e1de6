"""Causes, evidence and corrections in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CAUSES: Mapping[str, str | Promise] = {
    "miskey": _("Typed wrongly"),
    "unit_mixup": _("Cases taken for pieces"),
    "sku_mixup": _("One SKU taken for another"),
    "short_receipt": _("Less came than was booked"),
    "over_receipt": _("More came than was booked"),
    "short_shipment": _("Less was packed than was booked"),
    "over_shipment": _("More was packed than was booked"),
    "wrong_site": _("Unloaded at another site"),
    "bin_mixup": _("Lies in another bin"),
    "double_entry": _("One paper entered twice"),
    "late_document": _("Document arrived late"),
    "missing_document": _("Document is missing"),
    "wrong_direction": _("Return taken for a sale, or a sale for a return"),
    "unrecorded_use": _("Used and not written down"),
    "unrecorded_scrap": _("Thrown away and not written down"),
    "kit_not_exploded": _("Parts of a kit stayed in the book"),
    "unrecorded_handover": _("Handed over and not written down"),
    "unrecorded_return": _("Came back and was not written down"),
    "refund_without_goods": _("Refunded, and no goods came back"),
    "miscount": _("Counted wrongly"),
    "double_counted_area": _("An area counted twice"),
    "foreign_stock_counted": _("Goods of others counted"),
    "book_copied": _("The book was copied, nobody counted"),
    "theft": _("Theft"),
    "shrinkage": _("Small losses"),
    "unknown": _("Not found out"),
    "lost_message": _("Message lost"),
    "duplicate_message": _("Message booked twice"),
    "delayed_message": _("Message on its way"),
    "stuck_message": _("Message parked"),
    "stale_snapshot": _("Old figure over newer ones"),
    "payload_mismatch": _("Message booked with other content"),
    "partly_applied": _("Message booked in part"),
    "wrong_key_mapping": _("Booked on another SKU or site"),
    "wrong_sign_mapping": _("Booked in the other direction"),
    "state_mismatch": _("Booked in another status"),
    "special_goods_mismatch": _("Gifts booked two ways"),
    "hub_only_posting": _("Only the hub booked it"),
    "cloned_device": _("Two devices under one number"),
    "restored_device": _("A device set back to an old copy"),
}

EVIDENCE: Mapping[str, str | Promise] = {
    "keyed_by_hand": _("typed by hand"),
    "off_what_was_expected": _("not what was expected"),
    "counterpart_agrees": _("the other side's paper agrees"),
    "expected_agrees": _("the expected quantity agrees"),
    "accepted_as_expected": _("taken as expected, not counted"),
    "return_without_ticket": _("returned without a ticket"),
    "ticket_not_looked_at": _("nobody looked at the ticket"),
    "same_cashier": _("other returns of the same person do not add up either"),
    "same_paper": _("the same paper twice"),
    "twin_within_48_hours": _("the same lines within 48 hours"),
    "recorded_after_the_count": _("recorded after the count"),
    "known_elsewhere": _("another system knows of it"),
    "sample_rhythm": _("the rhythm of samples"),
    "past_its_date": _("past its date"),
    "kits_sold": _("kits were sold"),
    "another_counter": _("somebody else counted otherwise"),
    "same_family": _("goods that look alike"),
    "same_price": _("the same price"),
    "multiplier": _("one scan multiplied"),
    "sum_over_bins_is_zero": _("the bins together are right"),
    "same_route_and_day": _("the same route and day"),
    "both_ends_counted": _("both ends were counted"),
    "was_not_blind": _("the book was on the screen"),
    "equal_to_the_book": _("equal to the book"),
    "proved": _("proved by numbers and content"),
    "same_lines_differ": _("other lines of the same paper differ too"),
    "shipment_without_receipt": _("shipped to this site, and never received on paper"),
    "stock_report": _("the system's own report"),
    "capture_mode": _("how it was captured"),
    "expected_quantity": _("what was expected"),
    "counterpart": _("the other side's paper"),
    "sample_issue": _("a sample issue"),
    "scrap": _("a scrap document"),
    "bin_move": _("a move between the bins"),
    "second_count": _("a second count by somebody else"),
}

CORRECTIONS: Mapping[str, str | Promise] = {
    "reverse_and_repost": _("Reverse the document and enter it rightly"),
    "reverse": _("Reverse the document: it did not happen"),
    "exchange_sku": _("Exchange one SKU for the other, without a loss"),
    "move_bin": _("Move between the bins"),
    "transfer": _("Transfer between the sites"),
    "claim": _("Claim it from the sender"),
    "further_receipt": _("Receive the rest on the same order"),
    "post_missing": _("Enter the missing document with its own time"),
    "sample_issue": _("Write a sample issue"),
    "scrap": _("Write it off as scrap"),
    "issue_components": _("Issue the parts of the kits"),
    "recount": _("Count again"),
    "none": _("Nothing: it settles by itself"),
    "stocktake": _("Gain or loss at stocktake, with approval"),
    "wait": _("Wait: it is on its way"),
    "resend": _("Let the site send it again"),
    "retry": _("Mend the reason and try the parked message again"),
    "status_change": _("Change the status by a document"),
    "recompute": _("Compute anew from the ledger"),
    "new_epoch": _("Begin a new count of numbers for the device"),
    "ask_the_site": _("Ask the site, or reverse it"),
}


#: What the button says that heals a proved cause.
HEALINGS: Mapping[str, str | Promise] = {
    "resend": _("Ask to send again"),
    "retry": _("Try again"),
    "reverse": _("Reverse the second posting"),
    "reverse_and_repost": _("Reverse and book rightly"),
    "status_change": _("Book in the right status"),
    "ask_the_site": _("Reverse: it did not happen"),
    "recompute": _("Compute anew"),
}


def describe_part(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a finding with its words: label, evidence, and what to do."""
    return {
        "label": CAUSES.get(part["cause"], part["cause"]),
        "cause": part["cause"],
        "quantity": part["quantity"],
        "percent": round(part.get("permille", 0) / 10),
        "documents": part.get("documents", []),
        "partner": part.get("partner", ""),
        "carrier": part.get("carrier", ""),
        "actor": part.get("actor", ""),
        "sequence": part.get("sequence"),
        "twin": part.get("twin"),
        "agreed": [EVIDENCE.get(code, code) for code in part.get("agreed", ())],
        "missing": [EVIDENCE.get(code, code) for code in part.get("missing", ())],
        "correction": CORRECTIONS.get(part.get("correction", ""), ""),
    }
