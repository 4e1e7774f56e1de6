"""Routes of the demo shop."""

from django.urls import path

from yipan.shop.views import basket, catalog, orders

app_name = "shop"

urlpatterns = [
    path("", catalog.show_catalog, name="catalog"),
    path("products/<str:sku>", catalog.show_product, name="product"),
    path("basket", basket.show_basket, name="basket"),
    path("basket/put", basket.put, name="put"),
    path("basket/method", basket.choose_method, name="method"),
    path("checkout", basket.show_checkout, name="checkout"),
    path("checkout/hold", basket.hold, name="hold"),
    path("checkout/place", basket.place, name="place"),
    path("orders", orders.list_orders, name="orders"),
    path("orders/<str:number>/<str:token>", orders.show_order, name="order"),
    path("orders/<str:number>/<str:token>/cancel", orders.cancel_order, name="cancel"),
    path("orders/<str:number>/<str:token>/move", orders.move_pickup, name="move_pickup"),
    path("orders/<str:number>/<str:token>/change", orders.change_order, name="change"),
]
