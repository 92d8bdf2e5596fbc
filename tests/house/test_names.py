"""File names are the field's: what a Django or payments engineer would search for, one word for one thing."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.house.tree import APPS, ROOT, SANDBOX

ROOMS = (*APPS, SANDBOX, "templates", "static")
# refused: what it is called here
REFUSED = {
    "manner": "recipe",
    "reach": "platform_client",
    "way": "ShopSession, in platform_client",
    "told": "serializers, or parse_error in errors",
    "said": "serializers",
    "words": "capabilities, messages or i18n",
    "door": "webhooks (in), router (simulator)",
    "house": "simulator",
    "houses": "connections",
    "home": "base_simulator",
    "sheet": "the page's name, or export",
    "picture": "live_comparison",
    "same_there": "mirror_prefill",
    "ahead": "prefetch",
    "breaker": "circuit_breaker",
    "limiter": "rate_limit",
    "turn": "step_run",
    "turns": "step_runner",
    "pace": "retry_policy",
    "flow": "transitions",
    "lookup": "reconcile",
    "reread": "nightly",
    "watch": "watchdog",
    "copies": "mirrored_orders",
    "worth": "refund_math",
    "figures": "refund_math or ledger",
    "books": "ledger",
    "record": "refund_tag, or what it records",
    "case": "planning_input",
    "cautions": "warnings",
    "between": "step_guards",
    "placing": "cancellable",
    "standing": "cancellable",
    "folding": "search_text",
    "sheets": "csv_export",
    "wire": "http/contracts, or messages (simulator)",
    "answers": "http/responses",
    "shapes": "http/json_readers",
    "tell": "notices",
    "tell_admins": "admin_mail",
    "limits": "refund_limits, rate_limits or timeouts",
    "broken": "fault_replies",
    "utils": "its subject",
    "helpers": "its subject",
    "common": "its subject",
    "misc": "its subject",
}
# good words that name something else in one place
REFUSED_IN = {
    "cancellations/planning/refusals": "blockers",  # a refusal is what a person or a platform was told
    "stores/platforms/*/states": "cancellable",
    "stores/platforms/*/hooks": "webhooks",
    "sandbox/platforms/*/hooks": "webhooks",
}
ENDINGS = ("_words", "_told", "_sheet", "_picture", "_house", "_door")


def ours() -> list[PurePosixPath]:
    """Files of product, sandbox, templates and static files, from the root; migrations keep the names they have."""
    found = (path.relative_to(ROOT) for top in ROOMS for path in (ROOT / top).rglob("*.*") if path.is_file())
    return [PurePosixPath(path) for path in found if not {"migrations", "__pycache__"} & {*path.parts}]


def words_of(path: PurePosixPath) -> set[str]:
    """The file's own name and those of its folders, without the mark of a fragment."""
    return {path.name.split(".")[0].lstrip("_"), *path.parent.parts}


def better(path: PurePosixPath) -> str:
    """The word that it should bear; "" where its own is right."""
    for word in sorted(words_of(path) & REFUSED.keys()):
        return REFUSED[word]
    if path.name.split(".")[0].endswith(ENDINGS):
        return "messages, serializers, webhooks or a page"
    return next((word for pattern, word in REFUSED_IN.items() if path.with_suffix("").match(pattern)), "")


def test_no_file_bears_a_refused_name() -> None:
    guilty = {str(path): better(path) for path in ours() if better(path)}

    assert guilty == {}, "see docs/architecture.md, names"


@pytest.mark.parametrize(("name", "instead"), [
    ("stores/services/reach.py", "platform_client"),
    ("templates/orders/_picture.html", "live_comparison"),
    ("sandbox/platforms/square/door/router.py", "webhooks (in), router (simulator)"),
    ("notifications/channels/mail_words.py", "messages, serializers, webhooks or a page"),
    ("stores/platforms/square/hooks.py", "webhooks"),
    ("cancellations/planning/refusals.py", "blockers"),
    ("stores/audit/refusals.py", ""),
    ("stores/platforms/square/webhooks.py", ""),
])  # fmt: skip
def test_a_refused_name_is_seen(name: str, instead: str) -> None:
    assert better(PurePosixPath(name)) == instead
