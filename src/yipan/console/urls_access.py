"""Routes of people, keys, the audit and one's own account."""

from django.urls import path

from yipan.console.views import access, account, login

app_name = "access"
urlpatterns = [
    path("people", access.list_people, name="people"),
    path("people/new", access.add_person, name="add_person"),
    path("people/<int:user_id>", access.edit_person, name="edit_person"),
    path("people/<int:user_id>/password", access.reset_password, name="reset_password"),
    path("keys", access.list_keys, name="keys"),
    path("keys/new", access.add_key, name="add_key"),
    path("keys/<int:key_id>/revoke", access.revoke_key, name="revoke_key"),
    path("audit", access.list_audit, name="audit"),
    path("account", account.show_account, name="account"),
    path("logout", login.log_out, name="logout"),
]
