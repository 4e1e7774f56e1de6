"""Locks ahead, in one order, for who takes several steps with promises in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from yipan.ledger.locking import lock_levels
from yipan.pool.book import SITE_BOOK
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.queries.channels import find_parts, list_valid_rules


def guard(*, numbers: Collection[str], skus: Collection[str], at: datetime) -> list[int]:
    """
    Lock some promises, the rules for some SKUs and their balances, each in the order of its key.

    Carts whose time is over come with it, but for those somebody takes a step with just now: the
    next step gives their goods back, whatever they hold. Return their ids. A step alone needs
    none of this, it locks in this order by itself.
    """
    named = Promise.objects.filter(number__in=set(numbers)).order_by("number")
    ids = [promise.pk for promise in named.select_for_update().only("pk")]
    # Never waited for, so they may be locked behind the others.
    due = Promise.objects.filter(state=State.HELD, expires_at__lte=at)
    late = [promise.pk for promise in due.select_for_update(skip_locked=True).only("pk")]
    held = PromiseLine.objects.filter(promise_id__in={*ids, *late}).values_list("sku", flat=True)
    parts = {part for found in find_parts(skus).values() for part, _ in found}
    touched = {*skus, *parts, *held}
    list_valid_rules(touched, on=timezone.localdate(at), lock=True)
    lock_levels(book=SITE_BOOK, skus=touched)
    return late
