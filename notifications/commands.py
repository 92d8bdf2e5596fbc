"""What a delivery asks of whoever carries it: the command it was put out with, or a message in the words of its kind.

A command may name people, so it is kept sealed, and blank once it is done. Names and addresses of colleagues are
looked up when their message first leaves; what left is what is looked for afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from notifications import messages
from notifications.models import Delivery
from stores.canonical import codec
from stores.canonical.commands import AnyCommand, SendMessage
from stores.kernel.security import vault
from stores.models import User
from stores.selectors import access


class Undeliverable(Exception):
    """It will never arrive: nobody to tell. Given up at once."""


class NotTheirs(Exception):
    """Who was to be told has left the shop meanwhile: it is not their business any more."""


def of(together: Sequence[Delivery]) -> AnyCommand:
    """Of one delivery, or of several that wait for one person of one shop, the oldest first.

    Raises Undeliverable, NotTheirs, VaultError for a kept command that does not open.
    """
    first = together[0]
    return kept(first) if first.command else _message(together)


def kept(delivery: Delivery) -> AnyCommand:
    text = vault.unseal(bytes(delivery.command), bound_to=delivery.bound_to).decode()
    command: AnyCommand = codec.loads(AnyCommand, text)  # type: ignore[arg-type]
    return command


def sealed(command: AnyCommand, *, bound_to: str) -> bytes:
    return vault.seal(codec.dumps(command).encode(), bound_to=bound_to)


def _message(together: Sequence[Delivery]) -> SendMessage:
    address = _address(together[0])
    if len(together) == 1:
        return SendMessage(address=address, subject=messages.subject(together[0]), text=messages.text(together[0]))
    return SendMessage(
        address=address, subject=messages.subject_of_many(together), text=messages.text_of_many(together)
    )


def _address(delivery: Delivery) -> str:
    """Of the person who is told, where it is one; else of the destination."""
    known = {"pk": delivery.person_id} if delivery.person_id else {"uuid": delivery.payload.get("to")}
    if delivery.destination is not None and not any(known.values()):
        return delivery.destination.address
    person = User.objects.filter(is_active=True, **known).first()
    if person is None:
        raise Undeliverable("no such person")
    if delivery.store and access.role_of(person, delivery.store) is None:
        raise NotTheirs
    return delivery.destination.address if delivery.destination else person.email
