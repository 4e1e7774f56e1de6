"""The composition root as an app: at start-up it wires messages to those who hear them."""

from __future__ import annotations

from django.apps import AppConfig

from yipan.config import logs


class CompositionConfig(AppConfig):
    """Connects the exchange once all other apps are ready. Comes last."""

    name = "yipan.config"
    label = "composition"

    def ready(self) -> None:
        """Wire up what this node hears, and say where logs go."""
        # Handlers import models, which exist only now.
        from yipan.config.subscriptions import connect_node  # noqa: PLC0415
        from yipan.erp.queries.supplier_prices import PRICES  # noqa: PLC0415
        from yipan.masterdata import kinds  # noqa: PLC0415

        connect_node()
        kinds.connect(PRICES)
        logs.configure()
