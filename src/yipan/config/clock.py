"""
What the clock starts: every periodic task of the system on one page, in UTC.

A task waits at most once (`queueing_lock`), and never runs beside itself (`lock`): a slow one
takes one place of the worker, not all of them. The sweep alone has no lock: it frees those of
workers that were killed, so nothing may hold its own.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Final

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from yipan.channels import tasks as channels
from yipan.config import node, retention
from yipan.console import kept_days
from yipan.documents import digests
from yipan.erp import tasks as erp
from yipan.exchange import comparisons, parking
from yipan.foundation.ids import make_id
from yipan.ledger import months
from yipan.messages import pos, wms
from yipan.messages.digests import StreamDigest
from yipan.oms import tasks as oms
from yipan.planning import tasks as planning
from yipan.pool import tasks as pool
from yipan.pos import tasks as pos_tasks
from yipan.proof import run as proof
from yipan.recon import tasks as recon
from yipan.wms import tasks as wms_tasks

log = structlog.get_logger(__name__)

#: A job that gave no sign of life for so long belongs to a worker that was killed.
STALLED_SECONDS: Final = 30
#: So often a job is begun; then it is the job that kills its worker, and no accident.
ATTEMPTS_MAX: Final = 5
#: Of what may take hours one goes at a time: the others keep room for what cannot wait.
LONG: Final = "long"

#: What each site system calls the digest of its stream.
DIGESTS: Final[dict[str, type[StreamDigest]]] = {
    "pos": pos.StreamDigested,
    "wms": wms.StreamDigested,
}


@app.periodic(cron="* * * * *")
@app.task(
    name="exchange.retry_parked",
    queueing_lock="exchange.retry_parked",
    lock="exchange.retry_parked",
)
def retry_parked(timestamp: int) -> None:  # noqa: ARG001  the clock tells every task the time
    """Try every parked message again: its master data may be here now."""
    parking.retry()


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="exchange.tell_digests",
    queueing_lock="exchange.tell_digests",
    lock="exchange.tell_digests",
)
def tell_digests(timestamp: int) -> None:
    """Let the sites served here add up what they told since the last time."""
    for undigested in comparisons.list_undigested(DIGESTS.keys() & node.list_node_receivers()):
        digests.tell(
            undigested,
            message_type=DIGESTS[undigested.source.partition(":")[0]],
            message_id=make_id(),
            at=_get_instant(timestamp),
        )


@app.periodic(cron="* * * * *")
@app.task(
    name="exchange.compare_open",
    queueing_lock="exchange.compare_open",
    lock="exchange.compare_open",
)
def compare_open(timestamp: int) -> None:  # noqa: ARG001  the clock tells every task the time
    """Compare again where messages were parked when a digest came."""
    digests.compare_open(receiver=node.HUB_RECEIVER)


@app.periodic(cron="7 0 * * *")
@app.task(name="ledger.open_months", queueing_lock="ledger.open_months", lock="ledger.open_months")
def open_months(timestamp: int) -> None:
    """Open the ledger's months ahead; without its month even a fact cannot be posted."""
    months.open_months(today=_get_instant(timestamp).date())


@app.periodic(cron="20 * * * *")
@app.task(name="config.forget_old", queueing_lock="config.forget_old", lock="config.forget_old")
def forget_old(timestamp: int) -> None:
    """Let go the messages everybody had long ago, and answers, sessions and jobs that are over."""
    gone = retention.forget(at=_get_instant(timestamp))
    log.info("forgotten", **{kind.replace(" ", "_"): count for kind, count in gone.items()})


@app.periodic(cron="* * * * *")
@app.task(name="pool.expire_holds", queueing_lock="pool.expire_holds", lock="pool.expire_holds")
def expire_holds(timestamp: int) -> None:
    """Give back the goods of carts whose time is over."""
    pool.expire_holds(at=_get_instant(timestamp))


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="pool.end_expired_rules",
    queueing_lock="pool.end_expired_rules",
    lock="pool.end_expired_rules",
)
def end_expired_rules(timestamp: int) -> None:
    """End quotas, pre-sales and other selling rules whose last day is over."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        pool.end_expired_rules(at=_get_instant(timestamp))


@app.periodic(cron="* * * * *")
@app.task(
    name="oms.source_backorders",
    queueing_lock="oms.source_backorders",
    lock="oms.source_backorders",
)
def source_backorders(timestamp: int) -> None:
    """Find goods for what waits, where some came."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        oms.source_backorders(at=_get_instant(timestamp))


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="oms.send_uncovered_elsewhere",
    queueing_lock="oms.send_uncovered_elsewhere",
    lock="oms.send_uncovered_elsewhere",
)
def send_uncovered_elsewhere(timestamp: int) -> None:
    """Take from sites what their books no longer have."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        oms.send_uncovered_elsewhere(at=_get_instant(timestamp))


@app.periodic(cron="30 * * * *")
@app.task(name="oms.cancel_aged", queueing_lock="oms.cancel_aged", lock="oms.cancel_aged")
def cancel_aged(timestamp: int) -> None:
    """Cancel what of orders has waited for too long."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        oms.cancel_aged(at=_get_instant(timestamp))


@app.periodic(cron="40 * * * *")
@app.task(
    name="pool.forget_refused", queueing_lock="pool.forget_refused", lock="pool.forget_refused"
)
def forget_refused(timestamp: int) -> None:
    """Forget what was asked for in vain more than a week ago."""
    pool.forget_refused(at=_get_instant(timestamp))


@app.periodic(cron="50 * * * *")
@app.task(
    name="channels.forget_old", queueing_lock="channels.forget_old", lock="channels.forget_old"
)
def forget_told(timestamp: int) -> None:
    """Forget what channels were told more than 30 days ago."""
    channels.forget_old(at=_get_instant(timestamp))


@app.periodic(cron="* * * * *")
@app.task(name="pos.sweep_orders", queueing_lock="pos.sweep_orders", lock="pos.sweep_orders")
def sweep_orders(timestamp: int) -> None:
    """Give back what stores did not accept in time, and end the wait for customers."""
    if "pos" in node.list_node_receivers():
        pos_tasks.sweep_orders(at=_get_instant(timestamp))


@app.periodic(cron="* * * * *")
@app.task(name="erp.value_postings", queueing_lock="erp.value_postings", lock="erp.value_postings")
def value_postings(timestamp: int) -> None:  # noqa: ARG001  the clock tells every task the time
    """Put a value on what was posted in the site book."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        erp.value_postings(clock=lambda: datetime.now(tz=UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="erp.follow_invoices", queueing_lock="erp.follow_invoices", lock="erp.follow_invoices"
)
def follow_invoices(timestamp: int) -> None:
    """Match invoices that differ anew, and bring their prices into value."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        erp.follow_invoices(at=_get_instant(timestamp))


@app.periodic(cron="15 * * * *")
@app.task(name="erp.keep_day", queueing_lock="erp.keep_day", lock="erp.keep_day")
def keep_day(timestamp: int) -> None:
    """Keep what the site book held when the last business day ended."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        erp.keep_day(at=_get_instant(timestamp))


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="console.keep_figures", queueing_lock="console.keep_figures", lock="console.keep_figures"
)
def keep_figures(timestamp: int) -> None:
    """Keep the key figures of today, and of the days late facts may still change."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        kept_days.keep_days(now=_get_instant(timestamp))


@app.periodic(cron="10 * * * *")
@app.task(name="wms.block_expired", queueing_lock="wms.block_expired", lock="wms.block_expired")
def block_expired(timestamp: int) -> None:
    """Block what may no longer be sold; each warehouse has its own day, so every hour."""
    if "wms" in node.list_node_receivers():
        wms_tasks.block_expired(
            sites=node.list_node_sites(), at=_get_instant(timestamp), new_id=make_id
        )


@app.periodic(cron="*/2 * * * *")
@app.task(
    name="recon.compare_books", queueing_lock="recon.compare_books", lock="recon.compare_books"
)
def compare_books(timestamp: int) -> None:
    """Compare the hub's book with every site's own where either changed."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        recon.compare_books(at=_get_instant(timestamp))
        recon.compare_reports(at=_get_instant(timestamp))


@app.periodic(cron="35 2 * * *")
@app.task(name="recon.compare_in_full", queueing_lock="recon.compare_in_full", lock=LONG)
def compare_in_full(timestamp: int) -> None:
    """Add up all balances anew, and compare: once a day nothing is taken on trust."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        recon.compare_books(at=_get_instant(timestamp), is_full=True)


@app.periodic(cron="15 3 * * *")
@app.task(name="config.prove_books", queueing_lock="config.prove_books", lock=LONG)
def prove_books(timestamp: int) -> None:  # noqa: ARG001  the clock tells every task the time
    """Prove all books once a night. A break is a defect and no difference: somebody must look."""
    for finding in proof.prove():
        if not finding.ok:
            log.error("proof_broken", check=finding.check, count=finding.count, of=finding.detail)


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="recon.revisit_counts", queueing_lock="recon.revisit_counts", lock="recon.revisit_counts"
)
def revisit_counts(timestamp: int) -> None:
    """Look at the books of open counts again: late documents may have changed them."""
    if node.HUB_RECEIVER in node.list_node_receivers():
        recon.revisit_counts(at=_get_instant(timestamp))


@app.periodic(cron="*/5 * * * *")
@app.task(name="wms.offset_late", queueing_lock="wms.offset_late", lock="wms.offset_late")
def offset_late_warehouses(timestamp: int) -> None:
    """Offset what late documents explained of counts of warehouses that were put right."""
    if "wms" in node.list_node_receivers():
        wms_tasks.offset_late(
            sites=node.list_node_sites(), at=_get_instant(timestamp), new_id=make_id
        )


@app.periodic(cron="*/5 * * * *")
@app.task(name="pos.offset_late", queueing_lock="pos.offset_late", lock="pos.offset_late")
def offset_late_stores(timestamp: int) -> None:
    """Offset what late documents explained of counts of stores that were put right."""
    if "pos" in node.list_node_receivers():
        pos_tasks.offset_late(
            sites=node.list_node_sites(), at=_get_instant(timestamp), new_id=make_id
        )


@app.periodic(cron="* * * * *")
@app.task(name="pos.doubt_below_zero", queueing_lock="pos.doubt_below_zero", lock="pos.doubts")
def doubt_below_zero(timestamp: int) -> None:
    """Ask for counts of what stores sold below zero; a ticket itself does not wait for that."""
    if "pos" in node.list_node_receivers():
        pos_tasks.doubt_below_zero(sites=node.list_node_sites(), at=_get_instant(timestamp))


@app.periodic(cron="*/15 * * * *")
@app.task(name="wms.replenish", queueing_lock="wms.replenish", lock="wms.replenish")
def replenish(timestamp: int) -> None:
    """Raise tasks for the pick faces that have come down to their minimum."""
    if "wms" in node.list_node_receivers():
        wms_tasks.replenish(sites=node.list_node_sites(), at=_get_instant(timestamp))


@app.periodic(cron="30 1 * * *")
@app.task(
    name="planning.plan_nightly",
    queueing_lock="planning.plan_nightly",
    lock="planning.plan_nightly",
)
def plan_nightly(timestamp: int) -> None:
    """Begin the plan of the night; the next task carries it out."""
    if "planning" in node.list_node_receivers():
        planning.plan_nightly(setting=planning.get_setting(), at=_get_instant(timestamp))


@app.periodic(cron="* * * * *")
@app.task(name="planning.carry_on", queueing_lock="planning.carry_on", lock=LONG)
def carry_on_plan(timestamp: int) -> None:  # noqa: ARG001  the clock tells every task the time
    """Carry out the plan that is being made, from where it stands: after a kill, too."""
    if "planning" not in node.list_node_receivers():
        return
    shards = planning.carry_on(clock=_read_clock, address=planning.get_setting().address)
    for number, place in shards:
        key = f"planning.shard/{number}/{place}"
        with contextlib.suppress(AlreadyEnqueued):
            plan_shard.configure(queueing_lock=key, lock=key).defer(number=number, place=place)


@app.task(name="planning.plan_shard")
def plan_shard(number: str, place: int) -> None:
    """Compute one shard of a plan: handed to whichever worker is free."""
    planning.carry_out_shard(number=number, place=place, clock=_read_clock)


@app.periodic(cron="50 0 * * 1")
@app.task(name="planning.judge_segments", queueing_lock="planning.judge_segments", lock=LONG)
def judge_segments(timestamp: int) -> None:
    """Test once a week which forecast is the better one for each segment."""
    if "planning" in node.list_node_receivers():
        planning.judge_segments(at=_get_instant(timestamp))


@app.periodic(cron="* * * * *")
@app.task(name="config.sweep_stalled", queueing_lock="config.sweep_stalled", pass_context=False)
async def sweep_stalled(timestamp: int) -> None:
    """Start jobs again whose worker was killed, a few times. Every task may run twice."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        if job.attempts >= ATTEMPTS_MAX:
            log.error("job_given_up", task=job.task_name, job=job.id, attempts=job.attempts)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            continue
        try:
            await app.job_manager.retry_job(job, retry_at=_get_instant(timestamp))
        except UniqueViolation:
            # Its like waits already, maybe for the very lock that the dead one holds.
            await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=True)


def _read_clock() -> datetime:
    return datetime.now(tz=UTC)


def _get_instant(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, tz=UTC)


#: All of them. Whoever imports this table has them registered.
TASKS: Final = (
    retry_parked,
    tell_digests,
    compare_open,
    open_months,
    forget_old,
    expire_holds,
    end_expired_rules,
    forget_refused,
    forget_told,
    source_backorders,
    send_uncovered_elsewhere,
    cancel_aged,
    sweep_orders,
    value_postings,
    follow_invoices,
    keep_day,
    keep_figures,
    block_expired,
    compare_books,
    compare_in_full,
    prove_books,
    offset_late_warehouses,
    offset_late_stores,
    doubt_below_zero,
    revisit_counts,
    replenish,
    plan_nightly,
    carry_on_plan,
    judge_segments,
    sweep_stalled,
)
