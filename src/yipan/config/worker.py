"""Door for the worker process: `python -m yipan.config.worker`."""

import asyncio
import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    django.setup()

    # Tasks and handlers need the apps.
    from yipan.config.work import serve

    asyncio.run(serve())
