"""Who is logged in, told from the cookie of a session alone: for doors without Django's cycle."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from yipan.access.actors import Actor, load_actor
from yipan.access.models import User


def find_actor_of_session(key: str) -> Actor | None:
    """
    Return the actor of a session, None when it is over or nobody is logged in by it.

    A password changed elsewhere ends it, as it does for pages.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        return None
    return load_actor(user)
