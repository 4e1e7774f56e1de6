from django.apps import AppConfig


class StocktakeConfig(AppConfig):
    name = "yipan.stocktake"
    label = "stocktake"
    default_auto_field = "django.db.models.BigAutoField"
