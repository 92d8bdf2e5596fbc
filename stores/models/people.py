"""Who may enter, and where they may do what."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """People sign in by e-mail; there is no user name."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_owner=True, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person. `is_owner`: shops, people and settings of the whole installation."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_owner = models.BooleanField(_("owner of this installation"), default=False)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="")  # "": not said yet
    session_round = models.PositiveIntegerField(default=0)  # raised to end every session of this person

    known_roles: dict[int, str] | None = None  # shop → role, for one request: stores.selectors.access.remember
    known_works: list[Membership] | None = None  # the same with their limits

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match to stay valid; Django compares it on every request."""
        return salted_hmac(
            "rescind.session", f"{self.password}:{self.session_round}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Role(models.TextChoices):
    ADMIN = "admin", _("Admin")
    STAFF = "staff", _("Staff")
    AUDITOR = "auditor", _("Auditor")


class Membership(models.Model):
    """A person's role in one shop. Limits are minor units of the shop's currency; None: the role's default.

    `limit_all_per_day`: of a day in several currencies together, in minor units of the installation's currency.
    Amounts in another currency have rows of their own: `CurrencyLimit`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    limit_per_cancellation = models.BigIntegerField(null=True, blank=True)
    limit_per_day = models.BigIntegerField(null=True, blank=True)
    limit_all_per_day = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "store"], name="one_membership_per_shop")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.store_id}"


class CurrencyLimit(models.Model):
    """What a person may give back in a currency that is not the shop's, in its minor units. No row: no right.

    Whoever has no limits at all needs none.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="currency_limits", db_index=False)
    currency = models.CharField(max_length=3)
    per_cancellation = models.BigIntegerField()
    per_day = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "currency"], name="one_limit_per_currency"),
            models.CheckConstraint(
                condition=models.Q(per_cancellation__gte=0, per_day__gte=0), name="currency_limits_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.currency}"


class Invitation(models.Model):
    """A one-time way in. Only the SHA-256 of its token is stored. Without a shop: it makes the first owner."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=Role.choices, blank=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.uuid)
