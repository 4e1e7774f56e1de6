"""Receiving (收件箱): at least once on the wire, exactly once in the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import structlog
from django.db import DatabaseError, InterfaceError, transaction

from yipan.exchange import dispatch, forgotten, heard, parking, receptions
from yipan.exchange.dispatch import FAULT, PREDECESSOR_OPEN, Opened, Verdict, Verdicts
from yipan.exchange.envelopes import RUN_MESSAGES_MAX, Envelope
from yipan.exchange.forgotten import Mark
from yipan.exchange.heard import HeardRow
from yipan.exchange.models import InboxState
from yipan.exchange.receptions import Reception
from yipan.exchange.replies import Reply, ReplyState

__all__ = ["Envelope", "Reply", "ReplyState", "receive"]

KIND_UNKNOWN = "exchange.kind_unknown"
MESSAGE_ID_REUSED = "exchange.message_id_reused"
SEQUENCE_GAP = "exchange.sequence_gap"
SEQUENCE_REUSED = "exchange.sequence_reused"

_log = structlog.get_logger(__name__)

#: What is said of one envelope before the watermark of its run is known.
Answer = tuple[ReplyState, str, dict[str, object]]


def receive(
    receiver: str, envelopes: Sequence[Envelope], *, faults: list[Exception] | None = None
) -> list[Reply]:
    """
    Take in messages from any number of sources, and answer each, in the order given.

    One transaction per run of one source. What was heard before is answered again; what
    is refused is parked under its code, and the rest of its run is applied. A fault of
    ours is logged and counted, and leaves the one message that meets it unreceived: it
    is answered `unknown` and its number stays a gap until the code is mended.

    The faults are appended to `faults` when it is given, and raised at the end otherwise.
    """
    replies: dict[int, Reply] = {}
    met: list[Exception] = []
    for places in _split_into_runs(envelopes):
        run = [envelopes[place] for place in places]
        met_before = len(met)
        answers = _receive_around_faults(receiver, run, faults=met)
        replies.update(zip(places, answers, strict=True))
        if len(met) > met_before:
            _tell_faults(receiver, answers, fault=met[met_before])
    if faults is not None:
        faults.extend(met)
    elif met:
        raise met[0] if len(met) == 1 else ExceptionGroup("messages not received", met)
    return [replies[place] for place in range(len(envelopes))]


def _split_into_runs(envelopes: Sequence[Envelope]) -> Iterator[list[int]]:
    """Yield the places of the messages of one source and epoch, at most a run at a time."""
    by_stream: dict[tuple[str, int], list[int]] = {}
    for place, envelope in enumerate(envelopes):
        by_stream.setdefault((envelope.source, envelope.epoch), []).append(place)
    for stream in sorted(by_stream):
        places = by_stream[stream]
        for start in range(0, len(places), RUN_MESSAGES_MAX):
            yield places[start : start + RUN_MESSAGES_MAX]


def _receive_around_faults(
    receiver: str, run: Sequence[Envelope], *, faults: list[Exception]
) -> list[Reply]:
    """Receive a run; when our own code fails on it, halve it until the fault stands alone."""
    try:
        return _receive_run(receiver, run, faults=faults)
    except (DatabaseError, InterfaceError) as error:
        # The database is away or busy: nothing is wrong with any one message.
        fault: Exception = error
        is_to_halve = False
    except Exception as error:  # noqa: BLE001  reported to the caller, who raises or logs it
        fault = error
        is_to_halve = len(run) > 1
        if not is_to_halve:
            receptions.note_fault(receiver=receiver, source=run[0].source, epoch=run[0].epoch)
    if is_to_halve:
        middle = len(run) // 2
        before = _receive_around_faults(receiver, run[:middle], faults=faults)
        return before + _receive_around_faults(receiver, run[middle:], faults=faults)
    faults.append(fault)
    return [_make_reply(each, (ReplyState.UNKNOWN, FAULT, {})) for each in run]


def _tell_faults(receiver: str, answers: Sequence[Reply], *, fault: Exception) -> None:
    """Log the faults of one run: somebody must change code. The first one stands for all."""
    lost = [reply.sequence for reply in answers if reply.state == ReplyState.UNKNOWN]
    _log.error(
        "exchange.message_fault",
        receiver=receiver,
        source=answers[0].source,
        unreceived=lost,
        exc_info=fault,
    )


def _receive_run(
    receiver: str, envelopes: Sequence[Envelope], *, faults: list[Exception]
) -> list[Reply]:
    source, epoch = envelopes[0].source, envelopes[0].epoch
    with transaction.atomic():
        reception = receptions.lock(receiver=receiver, source=source, epoch=epoch)
        answers, released = _take_in(reception, envelopes)
        receptions.save(reception)
        waiting = heard.list_open_numbers(reception)
    faults += reception.faults
    if released == RUN_MESSAGES_MAX:
        faults += parking.release_all(receiver=receiver, source=source, epoch=epoch)
    return [
        _make_reply(each, answer, watermark=reception.watermark, waiting=waiting)
        for each, answer in zip(envelopes, answers, strict=True)
    ]


def _take_in(reception: Reception, envelopes: Sequence[Envelope]) -> tuple[list[Answer], int]:
    """Write down what is new and apply it; answer every envelope by what became of it."""
    answers: dict[int, Answer] = {}
    new: dict[int, tuple[int, Opened]] = {}
    again: list[int] = []
    for place, envelope in enumerate(envelopes):
        item = dispatch.open_envelope(envelope)
        if item is None:
            answers[place] = (ReplyState.REJECTED, KIND_UNKNOWN, {"kind": envelope.kind})
        elif envelope.sequence in new or envelope.sequence <= reception.forgotten_sequence:
            again.append(place)
        else:
            new[envelope.sequence] = (place, item)
    known_ids = _find_forgotten_ids(reception, [item.envelope for _, item in new.values()])
    again += [new.pop(each)[0] for each in known_ids]
    numbers = heard.insert_new(reception, [item.envelope for _, item in new.values()])
    again += [new.pop(each)[0] for each in new.keys() - set(numbers)]
    again.sort()
    repeats = [envelopes[place] for place in again]
    noted = _note_known_ids(reception, repeats, forgotten_ids=known_ids)
    receptions.advance(reception, sorted([*numbers, *noted]))

    verdicts, released = _apply(reception, [new[number][1] for number in numbers])
    to_look_up = [*verdicts, *(each.sequence for each in repeats)]
    rows = heard.find_by_number(reception, to_look_up) if to_look_up else {}
    marks = forgotten.find_by_number(reception, {each.sequence for each in repeats} - rows.keys())
    for number, (place, _) in new.items():
        is_settled = number not in verdicts
        answers[place] = _APPLIED if is_settled else _tell_state(rows[number], _APPLIED)
    for place, repeat in zip(again, repeats, strict=True):
        if repeat.sequence in marks:
            is_same = marks[repeat.sequence].is_of(repeat)
            answers[place] = _answer_forgotten(reception, repeat, is_same=is_same)
        else:
            answers[place] = _answer_repeat(reception, repeat, rows[repeat.sequence])
    return [answers[place] for place in range(len(envelopes))], released


def _find_forgotten_ids(reception: Reception, envelopes: Sequence[Envelope]) -> dict[int, Mark]:
    """Return the marks of those messages whose id was heard, and forgotten, by their new number."""
    suspects = [each for each in envelopes if forgotten.may_hold(reception, each)]
    if not suspects:
        return {}
    found = forgotten.find_by_id(reception, [each.message_id for each in suspects])
    return {each.sequence: found[each.message_id] for each in suspects if each.message_id in found}


def _note_known_ids(
    reception: Reception, repeats: Sequence[Envelope], *, forgotten_ids: Mapping[int, Mark]
) -> list[int]:
    """
    Note down new numbers of messages whose id came under another number; return them.

    So a source that was restored may tell everything again in a new epoch.
    """
    repeats = [each for each in repeats if each.sequence > reception.forgotten_sequence]
    if not repeats:
        return []
    known = set(heard.find_by_number(reception, [each.sequence for each in repeats]))
    noted = []
    for repeat in repeats:
        if repeat.sequence in known:
            continue
        if repeat.sequence in forgotten_ids:
            is_same = forgotten_ids[repeat.sequence].is_of(repeat)
        else:
            first = heard.find_by_id(reception, repeat.message_id)
            assert first is not None, "neither the number nor the id was heard before"
            is_same = first.content_hash == repeat.content_hash and first.kind == repeat.kind
        if is_same:
            heard.insert_again(reception, repeat, state=InboxState.APPLIED)
        else:
            heard.insert_again(reception, repeat, state=InboxState.PARKED, code=MESSAGE_ID_REUSED)
            reception.open_count += 1
            reception.altered += 1
        known.add(repeat.sequence)
        noted.append(repeat.sequence)
    return noted


def _apply(reception: Reception, new: Sequence[Opened]) -> tuple[Verdicts, int]:
    """Apply what may be applied now, keep the rest open, release who waited for it."""
    steps = [item for item in new if item.message.is_ordered]
    verdicts: Verdicts = {}
    if len(steps) < len(new):
        facts = [item for item in new if not item.message.is_ordered]
        verdicts |= dispatch.apply_facts(reception.receiver, facts)
        # Before any step: its handler may ask which of the numbers before it are booked.
        _keep_open(reception, facts, verdicts)
    if steps and not reception.open_count:
        due = [item for item in steps if item.envelope.sequence <= reception.watermark]
        refused = dispatch.apply_steps(reception.receiver, due)
        _keep_open(reception, due, refused)
        verdicts |= refused
        steps = steps[len(due) :]
    if steps:
        waits = {each.envelope.sequence: _wait(reception, each.envelope.sequence) for each in steps}
        _keep_open(reception, steps, waits)
        verdicts |= waits
    reception.applied += len(new) - len(verdicts)
    return verdicts, parking.release(reception)


def _keep_open(reception: Reception, items: Sequence[Opened], verdicts: Verdicts) -> None:
    reception.open_count += sum(verdict.is_open for verdict in verdicts.values())
    envelopes = {item.envelope.sequence: item.envelope for item in items}
    heard.keep_open(reception, verdicts, envelopes=envelopes)


def _wait(reception: Reception, sequence: int) -> Verdict:
    if sequence > reception.watermark:
        facts = {"expected": reception.watermark + 1, "seen": reception.highest_seen}
        return Verdict(code=SEQUENCE_GAP, facts=facts, state=InboxState.WAITING)
    return Verdict(code=PREDECESSOR_OPEN, state=InboxState.WAITING)


_APPLIED: Answer = (ReplyState.APPLIED, "", {})
_DUPLICATE: Answer = (ReplyState.DUPLICATE, "", {})
_STATES = {
    InboxState.WAITING: ReplyState.WAITING,
    InboxState.PARKED: ReplyState.PARKED,
    InboxState.SET_ASIDE: ReplyState.PARKED,
    InboxState.REJECTED: ReplyState.REJECTED,
}


def _tell_state(row: HeardRow, when_applied: Answer) -> Answer:
    if row.state == InboxState.APPLIED:
        return when_applied
    facts = msgspec.json.decode(row.facts, type=dict[str, object]) if row.facts else {}
    return (_STATES[InboxState(row.state)], row.code, facts)


def _answer_repeat(reception: Reception, repeat: Envelope, row: HeardRow) -> Answer:
    """Give the first answer again, or keep the other content as a case."""
    is_same = row.content_hash == repeat.content_hash and row.kind == repeat.kind
    if is_same and row.message_id in (None, repeat.message_id):
        reception.duplicates += 1
        return _tell_state(row, _DUPLICATE)
    return _answer_altered(reception, repeat)


def _answer_forgotten(reception: Reception, repeat: Envelope, *, is_same: bool) -> Answer:
    """Answer a message whose first coming has left only a mark: it was applied then."""
    if is_same:
        reception.duplicates += 1
        return _DUPLICATE
    return _answer_altered(reception, repeat)


def _answer_altered(reception: Reception, repeat: Envelope) -> Answer:
    heard.note_alteration(reception, repeat, code=SEQUENCE_REUSED)
    reception.altered += 1
    return (ReplyState.PARKED, SEQUENCE_REUSED, {"epoch": repeat.epoch})


def _make_reply(
    envelope: Envelope, answer: Answer, *, watermark: int = 0, waiting: tuple[int, ...] = ()
) -> Reply:
    state, code, facts = answer
    return Reply(
        message_id=str(envelope.message_id),
        source=envelope.source,
        sequence=envelope.sequence,
        state=state,
        code=code,
        facts=facts,
        applied_sequence=watermark,
        waiting=waiting,
    )
