from __future__ import annotations

import inspect
import itertools
import json
from collections.abc import Iterator
from io import StringIO
from typing import get_args, get_type_hints

import pytest
from django.core.management import CommandError, call_command

from sandbox.benches import frame, properties


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([1.0], 0.5, 1.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), ([*map(float, range(1, 101))], 0.95, 95.0), ([1, 9], 1.0, 9)],
)
def test_percentile_is_the_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert frame.percentile(values, share) == expected


def test_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        frame.percentile([], 0.5)


def test_a_figure_is_one_line_of_json() -> None:
    line = frame.Figure("preview", "ours p95", 12.34567, "ms", {"n": 100}).to_line()

    assert json.loads(line) == {"bench": "preview", "figure": "ours p95", "value": 12.346, "unit": "ms", "n": 100}


def test_spread_speaks_milliseconds() -> None:
    figures = list(frame.spread("preview", "ours", [0.010, 0.020]))

    assert [(f.figure, f.value) for f in figures] == [("ours p50", 10.0), ("ours p95", 20.0), ("ours max", 20.0)]


@pytest.mark.django_db
def test_machine_names_the_database() -> None:
    assert frame.machine("preview").notes["database"] in ("sqlite", "postgresql")


@pytest.mark.django_db
@pytest.mark.parametrize("options", [[], ["--quick"]])
@pytest.mark.parametrize("name", frame.names())
def test_every_line_of_a_bench_is_json_and_the_last_one_counts_its_seconds(
    name: str, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []

    def run(quick: bool) -> Iterator[frame.Figure]:
        told.append(quick)
        yield frame.Figure(name, "one", 1, "cases", {"why": "a note\nof two lines"})

    monkeypatch.setattr(frame.find(name), "run", run)
    out = StringIO()

    call_command("bench", name, *options, stdout=out)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["bench"] for line in lines] == [name] * 3
    assert (lines[-1]["figure"], lines[-1]["unit"]) == ("whole run", "s")
    assert told == [bool(options)]


@pytest.mark.parametrize("name", frame.names())
def test_every_bench_can_be_quick_and_yields_figures(name: str) -> None:
    run = frame.find(name).run

    assert next(iter(inspect.signature(run).parameters)) == "quick"
    assert get_args(get_type_hints(run)["return"]) == (frame.Figure,)


def test_an_unknown_bench_is_refused_with_the_names() -> None:
    with pytest.raises(CommandError, match="crash"):
        call_command("bench", "speed", stdout=StringIO())


def test_random_plans_are_counted_with_the_seed_that_makes_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {7: ["neither a step nor a reason"], 14: ["two figures"]}
    seeds = itertools.count()
    monkeypatch.setattr(properties.random_plans, "faults", lambda kind, pick: wrong.get(next(seeds), []))

    first, second, whole = properties.plans(["shopify", "square"], 20)

    assert (first.figure, first.value) == ("plan 7 of square", "neither a step nor a reason")
    assert (second.figure, second.value) == ("plan 14 of shopify", "two figures")
    assert (whole.value, whole.notes["of"], whole.notes["bar"]) == (2, 20, 0)
