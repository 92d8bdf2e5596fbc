"""docs/money.md, as the last whole run of bench money left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from sandbox.benches.money_cases import LACKS, Cell, Result

HEAD = """# Every cent

Written by `manage.py bench money`; do not edit. Each order is made in the platform's simulator, read and planned as the
desk does it, and given back twice: once *whole* in one cancellation, once *in parts*, unit by unit until nothing is
left. What moved is counted in the simulator's own ledger. *Whole* is right when the money that moved is the money that
was paid and the money the preview promised; *parts* is right when the same holds for all its cancellations together.

Not covered: several payments, currencies beside the shop's, tips, gift cards, duties, money kept by hand (see `bench
properties`), and what a real platform does otherwise than its simulator. Modern Dropship moves no money.
"""


def write(path: Path, results: Mapping[Cell, Sequence[Result]]) -> None:
    path.write_text("\n".join(_lines(results)) + "\n")


def _lines(results: Mapping[Cell, Sequence[Result]]) -> Iterator[str]:
    yield HEAD
    for platform, group in groupby(results, key=lambda cell: cell.platform):
        cells = list(group)
        yield f"## {platform}\n"
        if lacking := sorted(LACKS.get(platform, ())):
            yield f"Its simulator makes no order with: {', '.join(LACKING[word] for word in lacking)}.\n"
        yield "| Tax | Discount | Shipping | Digits | Cases | Whole = paid | Parts = paid |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        yield from (_row(cell, results[cell]) for cell in cells)
        yield ""
        yield from _exceptions(cells, results)


LACKING = {
    "order": "a discount on the whole order",
    "line": "a discount on one line",
    "included": "tax contained in its prices",
}


def _row(cell: Cell, found: Sequence[Result]) -> str:
    whole, parts = found[0::2], found[1::2]
    told = [f"{sum(one.is_exact for one in kind)} of {len(kind)}" for kind in (whole, parts)]
    said = (cell.tax, cell.discount, cell.shipping, str(cell.digits), str(len(found)), *told)
    return f"| {' | '.join(said)} |"


def _exceptions(cells: Sequence[Cell], results: Mapping[Cell, Sequence[Result]]) -> Iterator[str]:
    """Those of one name are counted, with the first of them."""
    named: dict[str, list[str]] = {}
    for cell in cells:
        for place, one in enumerate(results[cell]):
            if not one.is_exact:
                named.setdefault(_name(one), []).append(
                    f"tax {cell.tax}, discount {cell.discount}, shipping {cell.shipping}, {cell.digits} digits, "
                    f"order {place // 2 + 1} {'in parts' if place % 2 else 'whole'}: {one}"
                )
    yield "Exceptions:\n" if named else "No exception.\n"
    for name, where in named.items():
        yield f"- {name} ({len(where)}): {where[0]}"
    if named:
        yield ""


def _name(one: Result) -> str:
    if one.trouble:
        return one.trouble.split(": ", 1)[-1]
    if one.moved != one.said:
        return "moved otherwise than promised"
    return "less than was paid" if one.moved < one.paid else "more than was paid"
