"""Routes of order management."""

from django.urls import path

from yipan.oms.views import desk

app_name = "oms"

urlpatterns = [
    path("board", desk.show_board, name="board"),
    path("orders", desk.list_orders, name="orders"),
    path("orders/<str:number>", desk.show_order, name="order"),
    path("orders/<str:number>/source", desk.source_order, name="source_order"),
    path("orders/<str:number>/cancel", desk.cancel_order, name="cancel_order"),
    path("orders/<str:number>/note", desk.write_note, name="write_note"),
    path("fulfillments/<str:number>/send-elsewhere", desk.send_elsewhere, name="send_elsewhere"),
]
