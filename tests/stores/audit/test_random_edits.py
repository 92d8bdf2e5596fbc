"""Edits drawn from the schema, by somebody who has the database and the folder: each is found, at its place."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from sandbox.benches import tampering

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("seed", "count"), [(23, 15), pytest.param(24, 1000, marks=pytest.mark.prove)])
def test_each_is_named_where_it_was_made(seed, count):
    tampering.lay_out()
    tampering.keep_files()
    assert tampering.findings() == []
    rng, tried = random.Random(seed), Counter[str]()

    with tampering.unguarded():
        for _ in range(count):
            edit, is_named, found = tampering.trial(rng)
            tried[edit.kind] += 1
            assert is_named or edit.beyond, (edit, found)

    assert tampering.findings() == []
    assert len(tried) > 10


def test_every_column_of_every_audit_table_is_drawn_from_the_schema():
    drawn = {(model, column) for model, column in tampering.columns()}

    assert {model for model, _ in drawn} == set(tampering.TABLES)
    assert drawn == {(model, field.column) for model in tampering.TABLES for field in model._meta.concrete_fields}
