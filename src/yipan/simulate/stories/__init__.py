"""Classic stories of two books and the goods between them, told through the public doors."""

from yipan.simulate.stories import (
    counting,
    flash_sale,
    in_transit,
    late,
    lost_message,
    miskey,
    mixup,
    offline,
    purchase,
    sample,
    short_pick,
)

#: In the order in which they are best watched.
STORIES = (
    purchase.STORY,
    short_pick.STORY,
    in_transit.STORY,
    counting.STORY,
    miskey.STORY,
    mixup.STORY,
    late.STORY,
    lost_message.STORY,
    sample.STORY,
    offline.STORY,
    flash_sale.STORY,
)
BY_CODE = {story.code: story for story in STORIES}

__all__ = ["BY_CODE", "STORIES"]
