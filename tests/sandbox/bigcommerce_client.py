"""Asks one simulated BigCommerce store over HTTP without sockets."""

from __future__ import annotations

from typing import Any

from sandbox import in_process
from sandbox.core.base_simulator import Made
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.world import World
from tests.sandbox import bigcommerce_spec


class Client:
    """Every exchange is checked against the vendor's descriptions where VENDOR_SPECS is set."""

    def __init__(self, world: World, shop: str = "demo") -> None:
        self.world = world
        self.home = BigCommerceSimulator(world)
        self.http = in_process.session(world)
        self.http.headers.update({"X-Auth-Token": f"bc_{shop}_sandbox", "Accept": "application/json"})
        self.base = f"https://api.bigcommerce.com/stores/{shop}"
        world.watchers.append(bigcommerce_spec.checker())

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The response as `requests` has it."""
        return self.http.request(method, f"{self.base}/{path}", json=body, timeout=30)

    def get(self, path: str) -> Any:
        """The answer's JSON, `data` of v3; None for 204."""
        answer = self.ask("GET", path)
        assert answer.ok, (answer.status_code, answer.text)
        told = answer.json() if answer.content else None
        return told["data"] if isinstance(told, dict) and "data" in told else told

    def order(self, made: Made) -> Any:
        return self.get(f"v2/orders/{made.id}?include=consignments.line_items,fees&consignment_structure=object")

    def goods(self, made: Made, units: int = 1, line: int = 0, **more: Any) -> list[dict[str, Any]]:
        return [{"item_type": "PRODUCT", "item_id": int(made.lines[line]), "quantity": units} | more]

    def quote(self, made: Made, items: list[dict[str, Any]]) -> Any:
        return self.ask("POST", f"v3/orders/{made.id}/payment_actions/refund_quotes", {"items": items})

    def ways(self, made: Made, items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        found: list[list[dict[str, Any]]] = self.quote(made, items).json()["data"]["refund_methods"]
        return found

    def refund(self, made: Made, items: list[dict[str, Any]], payments: Any = None, **more: Any) -> Any:
        """By the first way of a quote unless payments are given."""
        names = ("provider_id", "amount", "offline")
        paid = payments or [{name: part[name] for name in names} for part in self.ways(made, items)[0]]
        body = {"items": items, "payments": paid} | more
        return self.ask("POST", f"v3/orders/{made.id}/payment_actions/refunds", body)

    def effects(self, made: Made) -> list[tuple[str, str, str]]:
        return [(effect.kind, effect.cause, str(effect.amount)) for effect in self.world.effects(made.id)]
