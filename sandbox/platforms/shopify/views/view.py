"""The base of all views: a body and the session that read it."""

from __future__ import annotations

from typing import Any, ClassVar

from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, gid

KINDS: dict[str, type[View]] = {}


class View:
    """Attributes that the class does not define are keys of the body."""

    __slots__ = ("body", "session")
    typename: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        KINDS[cls.typename] = cls

    def __init__(self, session: Session, body: Body) -> None:
        self.session = session
        self.body = body

    def __getattr__(self, name: str) -> Any:
        try:
            return self.body[name]
        except KeyError as exc:
            raise AttributeError(f"{type(self).__name__} has no {name}") from exc

    @property
    def id(self) -> str:
        return gid(self.typename, self.body["id"])

    @property
    def legacy_resource_id(self) -> str:
        return str(self.body["id"])


def view_of(typename: str, session: Session, body: Body) -> View:
    """By the name of its type: a part tells its order, whose view tells its parts."""
    return KINDS[typename](session, body)
