"""Who can sign in to the demo. The passwords are public, so the demo stays on this machine (check rescind.E014)."""

from __future__ import annotations

from typing import NamedTuple

from stores.models import Membership, Role, Store, User


class Person(NamedTuple):
    role: str  # "owner", or a Role
    name: str
    email: str
    password: str
    title: str  # on the button of the sign-in page, with what they do
    does: str


CAST = (
    Person("owner", "Olga Marin", "owner@demo.example", "harbour-lantern-41",
           "owner", "connects shops, invites people"),
    Person(Role.ADMIN, "Amadou Keita", "admin@demo.example", "copper-meadow-52",
           "admin", "approves, sets limits"),
    Person(Role.STAFF, "Sofia Brandt", "staff@demo.example", "quiet-orchard-63",
           "clerk", "finds orders and cancels them"),
    Person(Role.AUDITOR, "Aino Laine", "auditor@demo.example", "amber-ledger-74",
           "auditor", "reads everything, changes nothing"),
)  # fmt: skip


def enter() -> dict[str, User]:
    """Make who is missing; role → person."""
    return {person.role: _enter(person) for person in CAST}


def join(people: dict[str, User], store: Store) -> None:
    """Give everybody but the owner, who is everywhere, their role in the shop."""
    for role, person in people.items():
        if role != "owner":
            Membership.objects.get_or_create(person=person, store=store, defaults={"role": role})


def _enter(person: Person) -> User:
    found = User.objects.filter(email=person.email).first()
    return found or User.objects.create_user(
        person.email, person.password, name=person.name, is_owner=person.role == "owner"
    )
