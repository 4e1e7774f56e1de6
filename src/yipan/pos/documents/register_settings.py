"""Sets up the registers of a store, and the codes by which a second person approves."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SkuUnknown
from yipan.pos.models import OverrideCode, RegisterSettings
from yipan.pos.rules.weighed import LENGTH_MAX, PATTERNS_MAX, is_pattern

QUICK_KEYS_MAX = 48
CODE_LENGTH_MIN, CODE_LENGTH_MAX = 6, 32

#: What a till can check in about half a second; whoever steals it needs as long per guess.
ITERATIONS = 200_000

#: A bridge to a printer runs on the till's own machine.
BRIDGE_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


class BridgeElsewhere(Refusal):
    """The printer's bridge has to be on the till's own machine: http://127.0.0.1 and a port."""

    code = "register.bridge_elsewhere"
    status = 422


class TooManyKeys(Refusal):
    """A register shows at most 48 quick keys."""

    code = "register.too_many_keys"
    status = 422


class PercentNotPlausible(Refusal):
    """A limit is a whole number from 0 to 100 percent."""

    code = "register.percent_not_plausible"
    status = 422


class PatternUnfit(Refusal):
    """A layout of a scale's label has a sign for each figure: 0-9, A, one of W, P, N, then X, C."""

    code = "register.pattern_unfit"
    status = 422


class CodeTooWeak(Refusal):
    """A code to approve with has 6 to 32 digits or letters, not all the same."""

    code = "register.code_too_weak"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """How the registers of a store are to be set up."""

    quick_keys: tuple[str, ...] = ()
    bridge_url: str = ""
    discount_limit_percent: int = 20
    may_approve_alone: bool = False
    receipt_header: str = ""
    receipt_footer: str = ""
    weighed_patterns: tuple[str, ...] = ()


@transaction.atomic
def save(*, site: str, setup: Setup, by: str, at: datetime) -> RegisterSettings:
    """
    Set the registers of a store up; they take it over when they next speak to the store.

    :raises SiteUnknown: if there is no such store.
    :raises SkuUnknown: if a quick key is no SKU.
    :raises TooManyKeys: if there are more than 48.
    :raises BridgeElsewhere: if the printer's bridge is not on the till's machine.
    :raises PercentNotPlausible: if the limit of a discount is none.
    :raises PatternUnfit: if a layout of scales' labels is none.
    """
    masterdata.get_site(site)
    keys = list(dict.fromkeys(setup.quick_keys))
    if len(keys) > QUICK_KEYS_MAX:
        raise TooManyKeys(maximum=QUICK_KEYS_MAX)
    unknown = masterdata.list_unknown_skus(keys)
    if unknown:
        raise SkuUnknown(sku=unknown[0])
    if not 0 <= setup.discount_limit_percent <= 100:
        raise PercentNotPlausible(percent=setup.discount_limit_percent)
    _require_near(setup.bridge_url)
    patterns = list(dict.fromkeys(setup.weighed_patterns))
    unfit = [pattern for pattern in patterns if not is_pattern(pattern)]
    if unfit or len(patterns) > PATTERNS_MAX:
        raise PatternUnfit(pattern=(unfit or patterns)[0][:LENGTH_MAX], maximum=PATTERNS_MAX)
    row, _ = RegisterSettings.objects.update_or_create(
        site=site,
        defaults={
            "quick_keys": keys,
            "bridge_url": setup.bridge_url,
            "discount_limit_percent": setup.discount_limit_percent,
            "may_approve_alone": setup.may_approve_alone,
            "receipt_header": setup.receipt_header[:400],
            "receipt_footer": setup.receipt_footer[:400],
            "weighed_patterns": patterns,
            "changed_by": by,
            "changed_at": at,
        },
    )
    return row


def _require_near(address: str) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
        is_near = (
            parts.scheme in ("http", "https")
            and parts.hostname in BRIDGE_HOSTS
            and parts.username is None
            and bool(parts.port)
            and not set(address) & set(" ;,'\"")
        )
    except ValueError:
        is_near = False
    if not is_near:
        raise BridgeElsewhere(url=address[:120])


@transaction.atomic
def set_code(*, username: str, code: str, at: datetime) -> None:
    """
    Set the code by which a person approves at a register; only its hash is kept.

    :raises CodeTooWeak: if it is too short, too long, or one character again and again.
    """
    is_long_enough = CODE_LENGTH_MIN <= len(code) <= CODE_LENGTH_MAX
    if not is_long_enough or not code.isalnum() or not code.isascii() or len(set(code)) < 2:
        raise CodeTooWeak
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, ITERATIONS)
    OverrideCode.objects.update_or_create(
        username=username,
        defaults={
            "salt": salt.hex(),
            "digest": digest.hex(),
            "iterations": ITERATIONS,
            "set_at": at,
        },
    )
