"""Steps of kit work (组装拆分单): posted at once and told to the hub; or reversed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.evidence import Evidence
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for
from yipan.documents.turns import take_turns
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.wms.documents import kit_posting
from yipan.wms.documents.inbound import inspection
from yipan.wms.documents.inbound.inspection import Goods
from yipan.wms.models import Inspection, KitPart, KitWork, KitWorkLine
from yipan.wms.models.kit import KitWorkState as State
from yipan.wms.models.kit import KitWorkType
from yipan.wms.queries import giving
from yipan.wms.rules import kits as rules
from yipan.wms.rules.kits import Handled

DOCUMENT_TYPE = kit_posting.DOCUMENT_TYPE
TRAIL = trail.Trail[KitWork]("wms", DOCUMENT_TYPE, lambda it: (it.site,))
PARTS_MAX = 100

#: From which states may each step be taken?
STEPS = {"reverse": frozenset({State.POSTED})}


class KitUnknown(Refusal):
    """Nobody has said of what this kit is made: set its parts first."""

    code = "kit.unknown"
    status = 422


class PartsWrong(Refusal):
    """A kit has one to 100 parts, each another product, each at least once."""

    code = "kit.parts_wrong"
    status = 422


class PartsInspected(Refusal):
    """Parts of this kit wait to be named, or were: assemble the kit again instead of undoing."""

    code = "kit.parts_inspected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """So many kits assembled or broken at a bench: the bin where what is made is put down."""

    site: str
    kit: str
    quantity: int
    bin_code: str
    work_type: str = KitWorkType.ASSEMBLE
    external_id: str = ""


def find_bench(site: str) -> str:
    """Return where kits are usually made: the first bin of a packing zone, empty without one."""
    return giving.find_packing_bin(site, zone_types=("packing",)) or ""


@transaction.atomic
def set_parts(
    *, site: str, kit: str, parts: Sequence[tuple[str, int]], by: Trace, at: datetime
) -> None:
    """
    Say what a kit is made of at a site: SKU and quantity of each part. No parts: it is none.

    :raises PartsWrong: if a part is the kit itself, comes twice, or is less than one.
    :raises SkuUnknown: if there is no such SKU.
    """
    skus = [sku for sku, _ in parts]
    if len(parts) > PARTS_MAX or kit in skus or len(set(skus)) != len(skus):
        raise PartsWrong(kit=kit, parts=skus[:PARTS_MAX])
    if any(quantity < 1 for _, quantity in parts):
        raise PartsWrong(kit=kit, parts=skus)
    told.require_plausible(parts, minimum=1)
    told.require_known(sites=[site], skus={kit, *skus})
    take_turns(f"kit|{site}|{kit}")
    KitPart.objects.filter(site=site, kit=kit).delete()
    KitPart.objects.bulk_create(
        KitPart(site=site, kit=kit, part=sku, quantity=quantity, changed_by=by.actor, changed_at=at)
        for sku, quantity in parts
    )


@transaction.atomic
def post(*, work: Work, by: Trace, at: datetime, message_id: UUID) -> KitWork:
    """
    Book kits that were assembled out of their parts, or broken into them, and tell the hub.

    Parts told apart by lot or date come out of a broken kit without either: they wait in
    quarantine to be named. Repeating it with the same `external_id` returns the first document.

    :raises KitUnknown: if nobody said what the kit is made of.
    :raises BinUnknown: if the site has no such bin.
    :raises QuantityNotPlausible: if it is nothing, or more than anybody handles.
    """
    known = find_repeat(KitWork, external_id=work.external_id, within={"site": work.site})
    if known is not None:
        return known
    parts = dict(
        KitPart.objects.filter(site=work.site, kit=work.kit)
        .order_by("part")
        .values_list("part", "quantity")
    )
    if not parts:
        raise KitUnknown(site=work.site, kit=work.kit)
    wanted = {sku: quantity * work.quantity for sku, quantity in parts.items()}
    told.require_plausible([(work.kit, work.quantity), *wanted.items()], minimum=1)
    if not masterdata.find_bins(work.site, [work.bin_code]):
        raise BinUnknown(site=work.site, bin=work.bin_code)
    business_date = masterdata.get_business_date(work.site, at)
    done = KitWork.objects.create(
        number=numbers.give_number(prefix="KW", site=work.site, on=business_date),
        site=work.site,
        work_type=KitWorkType(work.work_type),
        kit=work.kit,
        quantity=work.quantity,
        bin_code=work.bin_code,
        reason=by.reason,
        device=by.device,
        external_id=work.external_id,
        message_id=message_id,
        made_message_id=uuid5(message_id, "made"),
        created_by=by.actor,
        created_at=at,
    )
    taken, made = _decide(work, parts=wanted, today=business_date)
    _write_lines(done, taken=taken, made=made, by=by, at=at)
    kit_posting.book(done, taken=taken, made=made, by=by, at=at)
    TRAIL.note(done, step="post", from_state="", by=by, at=at, message_id=message_id)
    if done.work_type == KitWorkType.BREAK:
        _stop_unnamed(done, made=made, by=by, at=at)
    return done


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> KitWork:
    """
    Undo kit work that did not happen, or was written down wrongly (冲销), and tell the hub.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it was reversed before.
    :raises PartsInspected: if parts of it went to an inspection since.
    """
    done = lock_for("reverse", model=KitWork, number=number, steps=STEPS)
    if Inspection.objects.filter(counterpart_document=number).exists():
        raise PartsInspected(number=number)
    kit_posting.reverse(done, by=by, at=at, message_id=message_id)
    done.state = State.REVERSED
    done.save(update_fields=["state"])
    TRAIL.note(done, step="reverse", from_state=State.POSTED, by=by, at=at, message_id=message_id)
    return done


def _decide(
    work: Work, *, parts: dict[str, int], today: date
) -> tuple[list[Handled], list[Handled]]:
    """Return what goes into the work, and what comes out of it."""
    whole = {work.kit: work.quantity}
    is_assembled = work.work_type == KitWorkType.ASSEMBLE
    wanted, made = (parts, whole) if is_assembled else (whole, parts)
    free = giving.list_giving_of(work.site, set(wanted), today=today)
    taken = rules.take(wanted=wanted, giving=free, bin_code=work.bin_code)
    return taken, [
        Handled(sku=sku, quantity=quantity, bin_code=work.bin_code)
        for sku, quantity in made.items()
    ]


def _write_lines(
    done: KitWork,
    *,
    taken: Sequence[Handled],
    made: Sequence[Handled],
    by: Trace,
    at: datetime,
) -> None:
    both = [(each, False) for each in taken] + [(each, True) for each in made]
    KitWorkLine.objects.bulk_create(
        KitWorkLine(
            work=done,
            line=line,
            is_made=is_made,
            sku=each.sku,
            lot=each.lot,
            bin_code=each.bin_code,
            quantity=each.quantity,
            **Evidence(
                # The recipe says how many there are: nobody counted the pieces.
                capture_mode="bulk",
                quantity_expected=each.quantity,
                was_expected_shown=True,
                actor=by.actor,
                device=by.device,
            ).make_columns(at=at),
        )
        for line, (each, is_made) in enumerate(both, start=1)
    )


def _stop_unnamed(done: KitWork, *, made: Sequence[Handled], by: Trace, at: datetime) -> None:
    skus = masterdata.find_skus({each.sku for each in made})
    for each in made:
        if skus[each.sku].is_lot_tracked or skus[each.sku].is_expiry_tracked:
            inspection.stop(
                site=done.site,
                goods=Goods(sku=each.sku, lot="", bin_code=each.bin_code, quantity=each.quantity),
                by=Trace(actor=by.actor, device=by.device, reason=done.number),
                at=at,
                message_id=uuid5(done.message_id, f"unnamed {each.sku}"),
                document=done.number,
            )
