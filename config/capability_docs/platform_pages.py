"""docs/platforms.md and docs/platforms/<key>.md, written from the adapters: what is told there is what runs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.capability_docs import recipe_sentences
from stores.canonical.capabilities import Capability
from stores.connectors.roles import Connector, Effects, HookSource, OrderSource
from stores.platforms import registry
from stores.selectors import capabilities
from stores.selectors.capabilities import Row, Vendor, rows

MATRIX = "docs/platforms.md"
MADE = "<!-- Made by `manage.py capabilities --write`; a test compares it with the adapters. -->"
SAID = {"native": "yes, in one call", "composed": "yes, in several calls", "assisted": "by hand, then checked",
        "impossible": "no"}  # fmt: skip
TOLD = SAID | {"native": "yes", "composed": "in part"}


def pages() -> Mapping[str, str]:
    """Path from the repository's root → text, of every page."""
    kinds = sorted(registry.all_platforms(), key=lambda kind: kind.label)
    return {MATRIX: matrix()} | {f"docs/platforms/{kind.key}.md": page(kind) for kind in kinds}


def write(root: Path) -> list[str]:
    for name, text in pages().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(pages())


def matrix() -> str:
    """Platforms side by side, then why, for each cell."""
    kinds = sorted(registry.all_platforms(), key=lambda kind: kind.label)
    table = rows({kind.label: kind.capabilities for kind in kinds})
    head = ["Task", *(f"[{kind.label}](platforms/{kind.key}.md)" for kind in kinds)]
    lines = [
        "# What each platform can do",
        MADE,
        "The planner goes by this table: what a platform cannot do is said before anything is confirmed. "
        "*In one call* is the platform's own act; *in several calls* is kept together by Rescind; *by hand* is a step "
        "that a person does in the platform's own desk and Rescind checks by reading. What is only told counts "
        "no calls: it is told whole, *in part*, or not.",
        "\n".join([_row(head), _row(["---"] * len(head)), *(_row([str(r.label), *_words(r)]) for r in table)]),
        "## Why",
    ]
    for row in table:
        why = [f"- {label}: *{_said(row.key, can)}.* {can.why}" for label, can in row.cells]
        lines += [f"**{row.label}**", "\n".join(why)]
    return "\n\n".join(lines) + "\n"


def page(kind: type[OrderSource]) -> str:
    """One platform: what it is built on, how it is connected, how it is asked, what it can do, its limits."""
    parts = [
        f"# {kind.label}",
        MADE,
        _origin(kind),
        "## Connecting",
        "\n".join([*_credentials(kind), "", _serves(kind)]),
        "## Rights",
        "\n".join(_rights(kind)),
        "## How it is asked",
        "\n".join(f"- {words}" for words in recipe_sentences.sentences(kind)),
        "## What works",
        "\n".join([_row(["Task", "", "How"]), _row(["---"] * 3), *_capabilities(kind)]),
        "## Reasons",
        "\n".join([_row(["Ours", "Sent as"]), _row(["---"] * 2), *_reasons(kind)]),
        "## Limits",
        "\n".join(f"- {words}" for words in _limits(kind)),
    ]
    return "\n\n".join(parts) + "\n"


def _origin(kind: type[OrderSource]) -> str:
    """Version, sources and quirks, as the adapter's own file says them; what to read first there is for programmers."""
    text = inspect.getdoc(sys.modules[kind.__module__.rpartition(".")[0]]) or inspect.getdoc(kind) or ""
    return text.partition("\n\nRead first")[0]


def _credentials(kind: type[OrderSource]) -> Iterator[str]:
    for field in kind.credentials:
        need = "required" if field.required else f"one of *{field.group}*" if field.group else "optional"
        kept = "secret, encrypted" if field.is_secret else "shown again"
        yield f"- **{field.label}** (`{field.name}`; {need}; {kept}). {field.help}".rstrip()


def _serves(kind: type[OrderSource]) -> str:
    return f"One connection serves {Vendor.of(kind).serves}; the same account cannot be connected twice."


def _rights(kind: type[OrderSource]) -> Iterator[str]:
    if not kind.scopes:
        yield "The platform grants no single rights: a key that may enter may do everything below."
    for scope in kind.scopes:
        need = "needed" if scope.is_vital else "optional"
        yield f"- `{scope.name}` ({need}). {scope.disables}".rstrip()


def _capabilities(kind: type[OrderSource]) -> Iterator[str]:
    for row in rows({kind.label: kind.capabilities}):
        for _label, can in row.cells:
            yield _row([str(row.label), _said(row.key, can), str(can.why)])


def _reasons(kind: type[OrderSource]) -> Iterator[str]:
    for reason, word in kind.reasons.items():
        yield _row([str(reason).replace("_", " "), f"`{word}`"])


def _limits(kind: type[OrderSource]) -> Iterator[str]:
    yield f"API version {kind.api_version}."
    if issubclass(kind, Effects):
        yield from _of_writes(kind)
    yield from _of_hooks(kind)


def _of_writes(kind: type[Effects]) -> Iterator[str]:
    yield f"Free text: {kind.note_limit} characters, our tag included; longer words are shortened, the tag is kept."
    reads = kind.points_per_second / kind.write_cost
    yield f"Writes a second at most, until an answer says better: {reads:g}."
    yield f"A request may still act {kind.late_landing_seconds / 60:g} minutes after its connection died."
    yield (f"The platform remembers a request's key for {kind.key_life_hours:g} hours." if kind.key_life_hours
           else "The platform knows no keys: after a lost answer Rescind looks before it sends again.")  # fmt: skip


def _of_hooks(kind: type[Connector]) -> Iterator[str]:
    topics, setup = (kind.topics, kind.hook_setup) if issubclass(kind, HookSource) else ((), "")
    if topics:
        yield f"Webhooks: {', '.join(f'`{topic}`' for topic in topics)}."
    else:
        yield f"No webhooks are registered by Rescind. {setup}".strip()


def _words(row: Row) -> list[str]:
    return [_said(row.key, can) for _label, can in row.cells]


def _said(name: str, can: Capability) -> str:
    return (TOLD if name in capabilities.TOLD else SAID)[can.support]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
