"""Index of the tables of the channels, for Django to find. No code here."""

from yipan.channels.models.publication import (
    FeedReader,
    Follower,
    LevelChange,
    Publication,
    ToldLevel,
)
from yipan.channels.models.webhook import Attempt, Delivery, Webhook

__all__ = [
    "Attempt",
    "Delivery",
    "FeedReader",
    "Follower",
    "LevelChange",
    "Publication",
    "ToldLevel",
    "Webhook",
]
