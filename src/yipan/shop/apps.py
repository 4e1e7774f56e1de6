from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "yipan.shop"
    label = "shop"
    default_auto_field = "django.db.models.BigAutoField"
