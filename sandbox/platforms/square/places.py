"""The seller's locations, and what the token may do."""

from __future__ import annotations

from sandbox.core.records import Session
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.refusals import not_found


def listed(session: Session) -> Body:
    return {"locations": [location(session, one) for one in session.shop["locations"]]}


def one(session: Session, ident: str) -> Body:
    for place in session.shop["locations"]:
        if place["id"] == ident:
            return {"location": location(session, place)}
    raise not_found("Location")


def location(session: Session, place: Body) -> Body:
    shop = session.shop
    return {
        "id": place["id"], "name": place["name"], "business_name": shop["title"], "currency": place["currency"],
        "timezone": shop["timezone"], "merchant_id": shop["merchant_id"], "status": place.get("status", "ACTIVE"),
        "country": "US", "type": "PHYSICAL",
    }  # fmt: skip


def token(session: Session) -> Body:
    return {"scopes": session.shop["scopes"], "client_id": "sq0idp-sandbox", "merchant_id": session.shop["merchant_id"]}
