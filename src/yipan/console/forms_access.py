"""Forms of people, keys and one's own account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yipan.access.keys import KeyGrant
from yipan.access.people import PersonGrant
from yipan.access.roles import ROLE_HINTS, ROLE_LABELS, Role
from yipan.foundation.moments import DAY_MAX, DAY_MIN

SOURCES_MAX = 100
SOURCE_LENGTH_MAX = 64
LANGUAGE_CHOICES = [("", _("As the browser")), *settings.LANGUAGES]


class Day(forms.DateField):
    """A day of a retailer: none of the year 1 or 9999."""

    default_validators = [MinValueValidator(DAY_MIN), MaxValueValidator(DAY_MAX)]


class GrantForm(forms.Form):
    """What people and keys have in common: roles, and the sites they count at."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, ROLE_LABELS[role]) for role in Role],
        error_messages={"required": _("Choose at least one role.")},
    )
    sites = forms.MultipleChoiceField(label=_("Sites"), required=False)

    def __init__(self, *args: Any, sites: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site_choices = list(sites)
        self.fields["sites"].choices = self.site_choices  # type: ignore[attr-defined]

    def list_roles(self) -> list[dict[str, object]]:
        """Return each role with its label, its hint and whether it is chosen."""
        chosen = self._get_chosen("roles")
        return [
            {
                "value": role.value,
                "label": ROLE_LABELS[role],
                "hint": ROLE_HINTS[role],
                "is_chosen": role.value in chosen,
            }
            for role in Role
        ]

    def list_sites(self) -> list[dict[str, object]]:
        """Return each site with its name and whether it is chosen."""
        chosen = self._get_chosen("sites")
        return [
            {"value": code, "label": label, "is_chosen": code in chosen}
            for code, label in self.site_choices
        ]

    def read_roles(self) -> frozenset[Role]:
        """Return the roles chosen, once the form is valid."""
        return frozenset(Role(role) for role in self.cleaned_data["roles"])

    def _get_chosen(self, name: str) -> set[str]:
        return {str(value) for value in self[name].value() or ()}


class PersonForm(GrantForm):
    """A person: names, language, roles and sites."""

    username = forms.CharField(
        label=_("Name to log in with"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
    )
    display_name = forms.CharField(label=_("Name on screen"), max_length=80, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES, required=False)
    is_active = forms.BooleanField(label=_("May log in"), required=False)

    def read_grant(self, *, username: str = "") -> PersonGrant:
        """Return what the person is to be; the log-in name of one that exists stays."""
        values = self.cleaned_data
        return PersonGrant(
            username=username or values["username"],
            display_name=values["display_name"],
            email=values["email"],
            roles=self.read_roles(),
            sites=frozenset(values["sites"]),
            language=values["language"],
            is_active=values["is_active"],
        )


class PasswordForm(forms.Form):
    """A password, checked against the rules of the settings."""

    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput, strip=False, max_length=1024
    )

    def clean_password(self) -> str:
        """Refuse passwords that are short, common or like the person's own name."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password


class OwnPasswordForm(PasswordForm):
    """The own password: the present one first."""

    old_password = forms.CharField(
        label=_("Present password"), widget=forms.PasswordInput, strip=False, max_length=1024
    )


class KeyForm(GrantForm):
    """A key: name, roles, sites, the sources it may speak for, and its end."""

    name = forms.CharField(label=_("Name"), max_length=80)
    sources = forms.CharField(label=_("Sources"), required=False, max_length=4000)
    expires_on = Day(label=_("Valid until"), required=False)

    def clean_sources(self) -> list[str]:
        """Return the sources, one a line, each once."""
        lines = [line.strip() for line in self.cleaned_data["sources"].splitlines()]
        sources = sorted({line for line in lines if line})
        if len(sources) > SOURCES_MAX or any(len(line) > SOURCE_LENGTH_MAX for line in sources):
            raise forms.ValidationError(_("At most 100 sources of 64 characters."))
        return sources

    def clean_expires_on(self) -> datetime | None:
        """Return the end of the day chosen, which has to be still to come."""
        chosen = self.cleaned_data["expires_on"]
        if chosen is None:
            return None
        end = timezone.make_aware(datetime.combine(chosen + timedelta(days=1), time.min))
        if end <= timezone.now():
            raise forms.ValidationError(_("This day is over."))
        return end

    def read_grant(self) -> KeyGrant:
        """Return what the key is for; no site or source chosen is no restriction."""
        values = self.cleaned_data
        return KeyGrant(
            name=values["name"],
            roles=self.read_roles(),
            sites=frozenset(values["sites"]) or None,
            sources=frozenset(values["sources"]) or None,
            expires_at=values["expires_on"],
        )


class AuditForm(forms.Form):
    """The filters of the audit."""

    actor = forms.CharField(required=False, max_length=160)
    action = forms.CharField(required=False, max_length=64)
    subject = forms.CharField(required=False, max_length=200)
    from_date = Day(required=False)
    until_date = Day(required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
