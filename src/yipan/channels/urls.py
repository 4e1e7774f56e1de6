"""Routes of the channels."""

from django.urls import path

from yipan.channels.views import channels, webhooks

app_name = "channels"

urlpatterns = [
    path("", channels.list_channels, name="index"),
    path("<str:code>", channels.show_channel, name="channel"),
    path("<str:code>/publication", channels.save_publication, name="save_publication"),
    path("<str:code>/send-all", channels.send_all, name="send_all"),
    path("<str:code>/webhooks", webhooks.add_webhook, name="add_webhook"),
    path("<str:code>/deliveries", webhooks.list_deliveries, name="deliveries"),
    path("webhooks/<str:webhook>/secret", webhooks.change_secret, name="change_secret"),
    path("webhooks/<str:webhook>/test", webhooks.test_webhook, name="test_webhook"),
    path("webhooks/<str:webhook>/disable", webhooks.disable_webhook, name="disable_webhook"),
    path("webhooks/<str:webhook>/enable", webhooks.enable_webhook, name="enable_webhook"),
    path("webhooks/<str:webhook>/remove", webhooks.remove_webhook, name="remove_webhook"),
    path("webhooks/<str:webhook>/send-after", webhooks.send_after, name="send_after"),
    path(
        "webhooks/<str:webhook>/deliveries/<int:delivery>",
        webhooks.deliver_again,
        name="deliver_again",
    ),
]
