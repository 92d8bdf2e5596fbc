"""The cast that serves every view, and their signed-in browsers."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from stores.models import Role, Store, User
from tests import make


@dataclass(frozen=True)
class Cast:
    """Two shops; everybody with `_a` works in shop_a, `_b` in shop_b. The stranger works nowhere."""

    shop_a: Store
    shop_b: Store
    owner: User
    admin_a: User
    staff_a: User
    staff_b: User
    auditor_a: User
    stranger: User
    anonymous: AnonymousUser

    @property
    def people(self) -> dict[str, User | AnonymousUser]:
        names = ("owner", "admin_a", "staff_a", "staff_b", "auditor_a", "stranger", "anonymous")
        return {name: getattr(self, name) for name in names}


@pytest.fixture
def cast(db: None) -> Cast:
    shop_a, shop_b = make.store("Acrylic Studio"), make.store("Big Canvas")
    played = {name: make.person(f"{name}@example.com") for name in ("admin_a", "staff_a", "auditor_a", "staff_b")}
    make.membership(played["admin_a"], shop_a, Role.ADMIN)
    make.membership(played["staff_a"], shop_a, Role.STAFF)
    make.membership(played["auditor_a"], shop_a, Role.AUDITOR)
    make.membership(played["staff_b"], shop_b, Role.STAFF)
    return Cast(
        shop_a=shop_a,
        shop_b=shop_b,
        owner=make.person("owner@example.com", is_owner=True),
        stranger=make.person("stranger@example.com"),
        anonymous=AnonymousUser(),
        **played,
    )


@pytest.fixture
def browser_of() -> Callable[..., Client]:
    """`browser_of(user)`: a signed-in test client; `proved=False` when the sign-in is older than a step-up allows."""

    def sign_in(user: User | AnonymousUser, *, proved: bool = True, **options: Any) -> Client:
        client = Client(**options)
        if isinstance(user, User):
            client.force_login(user)
            _remember_password(client, user, at=time.time() - (0 if proved else 3600))
        return client

    return sign_in


def _remember_password(client: Client, user: User, *, at: float) -> None:
    """What allauth notes in the session when somebody signs in with a password."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": at}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Callable[[], AbstractContextManager[list[Any]]]:
    """`with committing() as calls:` runs what waits for the commit at the end of the block, and lists it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
