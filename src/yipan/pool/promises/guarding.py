"""Locks ahead, in one order, for who takes several steps with promises in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from yipan.ledger.locking import lock_levels
from yipan.pool.book import SITE_BOOK
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.queries.channels import find_parts, list_valid_rules

DUE_MAX = 500


def guard(*, numbers: Collection[str], skus: Collection[str], at: datetime) -> None:
    """
    Lock some promises, the rules for some SKUs and their balances, each in the order of its key.

    Carts whose time is over come with it: the next step gives their goods back, whatever they
    hold. A step alone needs none of this, it locks in this order by itself.
    """
    due = Promise.objects.filter(state=State.HELD, expires_at__lte=at).order_by("expires_at", "id")
    late = list(due.values_list("pk", flat=True)[:DUE_MAX])
    wanted = Q(number__in=set(numbers)) | Q(pk__in=late)
    locked = Promise.objects.filter(wanted).order_by("number").select_for_update()
    ids = [promise.pk for promise in locked.only("pk")]
    held = PromiseLine.objects.filter(promise_id__in=ids).values_list("sku", flat=True)
    parts = {part for found in find_parts(skus).values() for part, _ in found}
    touched = {*skus, *parts, *held}
    list_valid_rules(touched, on=timezone.localdate(at), lock=True)
    lock_levels(book=SITE_BOOK, skus=touched)
