"""People, keys, and what was done with them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.access.roles import Role

SITE_LENGTH_MAX = 16
ROLE_CHOICES = [(role.value, role.value) for role in Role]


class Theme(models.TextChoices):
    """Which colors a person wants to see."""

    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    CONTRAST = "contrast", _("High contrast")


class User(AbstractUser):
    """A person who may log in. What the person may do stands in roles and sites."""

    display_name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, blank=True)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)


class RoleAssignment(models.Model):
    """A role of a person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_assignments"
    )
    role = models.CharField(max_length=24, choices=ROLE_CHOICES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_once_per_user"),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class SiteScope(models.Model):
    """A site (site scope, 站点权限) at which a person may see and do things."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="site_scopes"
    )
    site = models.CharField(max_length=SITE_LENGTH_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site"], name="site_scope_once_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.site}"


class ApiKey(models.Model):
    """
    A key of a machine (接口密钥). The secret was shown once; only its hash is kept.

    `sites` and `sources` are null where nothing is restricted.
    """

    name = models.CharField(max_length=80, unique=True)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    roles = ArrayField(models.CharField(max_length=24))
    sites = ArrayField(models.CharField(max_length=SITE_LENGTH_MAX), null=True)
    sources = ArrayField(models.CharField(max_length=64), null=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEntry(models.Model):
    """One administrative change: who, on what device, did what, to what. Never changed."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=160)
    device = models.CharField(max_length=80, blank=True)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="access_audit_newest"),
            models.Index(fields=["subject", "-at"], name="access_audit_subject"),
            models.Index(fields=["actor", "-at"], name="access_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"


class LoginFailure(models.Model):
    """A log-in that failed, counted by the name tried and by the address it came from."""

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["name", "at"], name="access_failure_name"),
            models.Index(fields=["address", "at"], name="access_failure_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.address}"


class StoredAnswer(models.Model):
    """
    The answer to a request that carried an Idempotency-Key, kept to be given again.

    `scope` is who asked, with method and path; `fingerprint` the hash of the body.
    """

    scope = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=80)
    body = models.BinaryField()
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="stored_answer_once"),
        ]
        indexes = [models.Index(fields=["first_seen_at"], name="stored_answer_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


class TourProgress(models.Model):
    """How far a person is on a guided tour (导览); kept with the person, not with the device."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tours"
    )
    tour = models.CharField(max_length=32)
    step = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, default="walking")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "tour"], name="tour_progress_once"),
            models.CheckConstraint(
                condition=Q(state__in=["walking", "left", "finished"]),
                name="tour_progress_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tour} {self.step}"


class SavedView(models.Model):
    """A list as a person likes to see it (已存视图): its address, its filters and order."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    path = models.CharField(max_length=200)
    title = models.CharField(max_length=48)
    query = models.CharField(max_length=1000, blank=True, default="")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "path", "title"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.title
