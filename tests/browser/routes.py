"""Every route of the URLconf: a page to look at, or the reason why it is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.rigs.stack import Stack

NO_PAGE = {
    "alive": "plain text for a load balancer",
    "home": "leads on",
    "inbox:hook": "a machine's door",
    "orders:found": "a fragment of orders:list",
    "orders:shops": "a fragment of orders:list",
    "orders:paste": "POST",
    "orders:choose": "POST",
    "orders:save_view": "POST",
    "orders:forget_view": "POST",
    "orders:live": "a fragment of orders:detail",
    "orders:others": "a fragment of orders:detail",
    "orders:present": "a fragment of orders:detail",
    "orders:preview": "POST; the page comes back with the fragment",
    "orders:confirm": "POST",
    "orders:forget": "POST",
    "orders:export": "a file",
    "cancellations:steps": "a fragment of cancellations:detail",
    "cancellations:take_back": "POST",
    "cancellations:release": "POST",
    "cancellations:approve": "POST",
    "cancellations:let_stand": "POST",
    "cancellations:send_again": "POST",
    "cancellations:look": "POST",
    "cancellations:retry": "POST",
    "cancellations:settle": "POST",
    "audit:export": "a file",
    "audit:proof": "a file",
    "audit:seal": "POST",
    "audit:check": "POST",
    "stop:press": "POST",
    "stop:resume": "POST",
    "stop:keep": "POST",
    "shops:detach": "only where a connection is attached",
    "practice_shop": "POST",
    "shops:remove": "leads on, where the shop is a real one",
    "shops:progress": "a fragment of shops:detail",
    "shops:read_again": "POST",
    "shops:test_new": "POST",
    "shops:test_known": "POST",
    "mfa_download_recovery_codes": "a file",
    "mfa_deactivate_totp": "only with a second factor",
    "mfa_view_recovery_codes": "only with a second factor",
    "mfa_generate_recovery_codes": "only with a second factor",
    "mfa_authenticate": "only in the middle of a sign-in",
    "mfa_reauthenticate": "only with a second factor",
}
SIGNED_OUT = {
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "start",
    "join",
}
ASKED = {"shops:capabilities": ("", "?platform=square")}
FACTS = """
import json
from cancellations.models import Cancellation
from stores.audit import trail
from stores.models import AuditEvent, Invitation, Membership, OrderRecord, Role, Store, User
from stores.services import people
owner = User.objects.get(is_owner=True)
store = Store.objects.order_by("pk").first()
invitation, token = people.invite(actor=owner, store=store, email="new@demo.example", role=Role.STAFF)
mails = ["priya.raman", "dana.whitfield", "layla", "oneil", "tanaka", "nora.byrne"]
print(json.dumps({
    "orders": [str(u) for m in mails for u in
               OrderRecord.objects.filter(customer_email__startswith=m).values_list("uuid", flat=True)],
    "cancellations": [str(u) for u in Cancellation.objects.values_list("uuid", flat=True)],
    "shops": [str(store.uuid)],
    "memberships": [str(u) for u in Membership.objects.filter(role="staff").values_list("uuid", flat=True)[:1]],
    "people": [str(u) for u in User.objects.filter(is_owner=False).values_list("uuid", flat=True)[:1]],
    "invitations": [str(invitation.uuid)],
    "events": [[e.chain.name, e.seq] for e in AuditEvent.objects.select_related("chain").order_by("-pk")[:2]],
    "join": token, "start": people.invite_owner(),
}))
"""


def facts(stack: Stack) -> dict[str, Any]:
    """What the arguments of addresses name, in the demo."""
    return dict(json.loads(stack.shell(FACTS).splitlines()[-1]))


def names() -> list[str]:
    return sorted(set(_named(get_resolver().url_patterns)) - set(NO_PAGE))


def addresses(name: str, known: dict[str, Any]) -> list[str]:
    """One address of each thing the route can show. Raises NoReverseMatch for arguments nobody listed."""
    match name.split(":"):
        case ["orders" | "cancellations" as kind, "detail"]:
            return [reverse(name, args=[uuid]) for uuid in known[kind]]
        case ["audit", "detail"]:
            return [reverse(name, args=event) for event in known["events"]]
        case ["people", "withdraw"]:
            return [reverse(name, args=[uuid]) for uuid in known["invitations"]]
        case ["people", "change" | "remove"]:
            return [reverse(name, args=[uuid]) for uuid in known["memberships"]]
        case ["people", "end_sessions"]:
            return [reverse(name, args=[uuid]) for uuid in known["people"]]
        case ["shops", "connect_to"]:
            return [reverse(name, args=[platform]) for platform in ("shopify", "woocommerce")]
        case ["shops", "detail" | "attach" | "settings" | "rekey" | "pause" | "resume" | "disconnect"]:
            return [reverse(name, args=[uuid]) for uuid in known["shops"]]
        case ["start" | "join"]:
            return [reverse(name, args=[known[name]]), reverse(name, args=["spent-or-unknown"])]
        case ["account_reset_password_from_key"]:
            return [reverse(name, kwargs={"uidb36": "1", "key": "set-password"})]
    return [reverse(name) + question for question in ASKED.get(name, ("",))]


def _named(patterns: list[Any], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _named(pattern.url_patterns, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
