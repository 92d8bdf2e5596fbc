"""Refusals word for word. A bare number in `data` travels as HTTP 500, whatever it says."""

from __future__ import annotations

from typing import Any

from sandbox.core import messages

PAGE = b"<!DOCTYPE html><html><head><title>Forbidden</title></head><body><h1>Not Acceptable!</h1></body></html>"


class Refused(messages.Refused):
    """`bare`: `data` is the number alone."""

    def __init__(self, status: int, code: str, message: str, *, bare: int = 0, **more: Any) -> None:
        body = {"code": code, "message": message, "data": bare or {"status": status} | more}
        super().__init__(500 if bare else status, body)


def page(status: int, body: bytes = PAGE) -> messages.Refused:
    """The host answers with a page of its own before WordPress sees anything; or PHP dies."""
    return messages.Refused(status, body)


def cannot(what: str, verb: str) -> Refused:
    """what: view, edit, create, delete."""
    return Refused(401, f"woocommerce_rest_cannot_{what}", f"Sorry, you cannot {verb} resources.")


def login(message: str) -> Refused:
    return Refused(401, "woocommerce_rest_authentication_error", message)


def no_route() -> Refused:
    return Refused(404, "rest_no_route", "No route was found matching the URL and request method.")


def no_order(status: int = 404) -> Refused:
    return Refused(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")


def wrong(*names: str) -> Refused:
    words = {name: f"{name} is not valid." for name in names}
    return Refused(400, "rest_invalid_param", f"Invalid parameter(s): {', '.join(names)}", params=words)


def missing(*names: str) -> Refused:
    said = f"Missing parameter(s): {', '.join(names)}"
    return Refused(400, "rest_missing_callback_param", said, params=list(names))


def no_refund(message: str) -> Refused:
    return Refused(500, "woocommerce_rest_cannot_create_order_refund", message, bare=500)
