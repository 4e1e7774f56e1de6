"""Goal: what is worth telling, how it is signed, and when it is tried again, as pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.channels.rules import retries, signing, thresholds
from yipan.channels.rules.thresholds import Seen, Threshold

#: The example that the libraries of Standard Webhooks test themselves with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SIGNED_AT = 1_614_265_330

FIVE = Threshold(few_below=5, step=10)


def test_a_signature_is_the_one_the_standard_publishes() -> None:
    assert (
        signing.sign(secret=SECRET, message_id=MESSAGE, timestamp=SIGNED_AT, body=BODY) == SIGNATURE
    )


def make_headers(*secrets: str) -> dict[str, str]:
    return signing.make_headers(
        secrets=secrets or (SECRET,), message_id=MESSAGE, timestamp=SIGNED_AT, body=BODY
    )


def test_a_receiver_believes_what_is_signed_and_fresh() -> None:
    assert signing.verify(secret=SECRET, headers=make_headers(), body=BODY, now=SIGNED_AT + 299)


@pytest.mark.parametrize(
    ("changes", "body", "now"),
    [
        ({}, b'{"test": 2432232315}', SIGNED_AT),
        ({"webhook-id": "msg_other"}, BODY, SIGNED_AT),
        ({"webhook-timestamp": str(SIGNED_AT + 1)}, BODY, SIGNED_AT),
        ({"webhook-timestamp": "soon"}, BODY, SIGNED_AT),
        ({"webhook-signature": "v1,AAAA"}, BODY, SIGNED_AT),
        ({"webhook-signature": ""}, BODY, SIGNED_AT),
        ({}, BODY, SIGNED_AT + 301),
        ({}, BODY, SIGNED_AT - 301),
    ],
)
def test_a_receiver_refuses_what_was_changed_or_is_old(
    changes: dict[str, str], body: bytes, now: int
) -> None:
    headers = make_headers() | changes

    assert not signing.verify(secret=SECRET, headers=headers, body=body, now=now)


def test_while_a_secret_is_changed_both_count() -> None:
    old, new = (signing.make_secret(root="root", webhook="whk_1", generation=it) for it in (1, 2))
    headers = make_headers(new, old)

    assert old != new
    for secret in (old, new):
        assert signing.verify(secret=secret, headers=headers, body=BODY, now=SIGNED_AT)
    assert not signing.verify(secret=SECRET, headers=headers, body=BODY, now=SIGNED_AT)


def test_a_secret_is_of_32_bytes_and_of_its_webhook_alone() -> None:
    secret = signing.make_secret(root="root", webhook="whk_1", generation=1)

    assert (secret.startswith("whsec_"), len(secret)) == (True, 6 + 44)
    assert secret == signing.make_secret(root="root", webhook="whk_1", generation=1)
    assert secret != signing.make_secret(root="root", webhook="whk_2", generation=1)
    assert secret != signing.make_secret(root="other", webhook="whk_1", generation=1)


@pytest.mark.parametrize(
    ("told", "now", "reason"),
    [
        (None, 0, ""),
        (None, 3, "first"),
        (20, 20, ""),
        (20, 11, ""),
        (20, 10, "stepped"),
        (20, 30, "stepped"),
        (6, 5, ""),
        (5, 4, "crossed"),
        (4, 5, "crossed"),
        (1, 0, "crossed"),
        (0, 1, "crossed"),
        (2, 1, ""),
    ],
)
def test_what_crosses_a_level_or_differs_enough_is_told(
    told: int | None, now: int, reason: str
) -> None:
    before = None if told is None else Seen(quantity=told)

    assert thresholds.find_reason(before, Seen(quantity=now), threshold=FIVE) == reason


def test_a_store_that_sells_out_is_told_though_another_has_as_much() -> None:
    before = Seen(quantity=9, sites={"S1": 9, "S2": 1})
    now = Seen(quantity=9, sites={"S1": 9})

    assert thresholds.find_reason(before, now, threshold=FIVE) == "crossed"


def test_of_levels_alone_no_number_is_told() -> None:
    threshold = Threshold(few_below=5, step=1, is_level_only=True)

    for now, reason in ((500, ""), (5, ""), (4, "crossed"), (0, "crossed")):
        assert (
            thresholds.find_reason(Seen(quantity=40), Seen(quantity=now), threshold=threshold)
            == reason
        )


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=40),
    st.integers(1, 20),
    st.integers(0, 10),
)
def test_what_was_told_is_never_further_off_than_a_step_nor_in_another_level(
    numbers: list[int], step: int, few: int
) -> None:
    threshold = Threshold(few_below=few, step=step)
    told: Seen | None = None
    for number in numbers:
        now = Seen(quantity=number)
        if thresholds.find_reason(told, now, threshold=threshold):
            told = now
        known = told.quantity if told else 0
        assert abs(known - number) < step or (told is None and number == 0)
        assert thresholds.get_level(known, few_below=few) == thresholds.get_level(
            number, few_below=few
        )


def test_the_plan_of_retries_is_that_of_the_standard() -> None:
    waits = [
        retries.find_wait(attempts=done, retry_after=0, chance=0.0)
        for done in range(1, retries.ATTEMPTS_MAX + 1)
    ]

    assert waits == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, None]
    assert sum(wait or 0 for wait in waits) == 75 * 3600 + 35 * 60 + 5 - 0


def test_a_receiver_may_ask_for_more_time_and_chance_adds_some() -> None:
    assert retries.find_wait(attempts=1, retry_after=90, chance=0.0) == 90
    assert retries.find_wait(attempts=1, retry_after=10**9, chance=0.0) == 86_400
    assert retries.find_wait(attempts=2, retry_after=0, chance=1.0) == 360


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "accepted"),
        (204, "accepted"),
        (301, "failed"),
        (410, "gone"),
        (500, "failed"),
        (0, "failed"),
    ],
)
def test_an_answer_is_judged(status: int, verdict: str) -> None:
    assert retries.judge(status) == verdict
