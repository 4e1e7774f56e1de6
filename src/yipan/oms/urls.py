"""Routes of order management."""

from django.urls import path

from yipan.oms.views import board, changing, desk, many, pickups, returns, shadow

app_name = "oms"

urlpatterns = [
    path("board", board.show_board, name="board"),
    path("orders", desk.list_orders, name="orders"),
    path("orders/many", many.take_many, name="take_many"),
    path("orders/<str:number>", desk.show_order, name="order"),
    path("orders/<str:number>/pulse", desk.show_pulse, name="pulse"),
    path("orders/<str:number>/return", returns.announce_return, name="announce_return"),
    path("returns", returns.list_returns, name="returns"),
    path("order-returns/<str:number>", returns.show_return, name="order_return"),
    path("order-returns/<str:number>/refund", returns.refund_return, name="refund_return"),
    path("order-returns/<str:number>/cancel", returns.cancel_return, name="cancel_return"),
    path("shadow", shadow.show_shadow, name="shadow"),
    path("shadow/use", shadow.use_rules, name="use_rules"),
    path("orders/<str:number>/source", desk.source_order, name="source_order"),
    path("orders/<str:number>/move-pickup", pickups.move_pickup, name="move_pickup"),
    path("orders/<str:number>/instead", pickups.show_choices, name="pickup_choices"),
    path("orders/<str:number>/cancel", desk.cancel_order, name="cancel_order"),
    path("orders/<str:number>/reduce", changing.reduce_order, name="reduce_order"),
    path("orders/<str:number>/cancel-day", changing.change_cancel_day, name="change_cancel_day"),
    path("orders/<str:number>/note", desk.write_note, name="write_note"),
    path("fulfillments/<str:number>/send-elsewhere", desk.send_elsewhere, name="send_elsewhere"),
]
