"""What is kept of answers holds no secret and nobody: what is not known to be harmless is masked."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from config.conform import keep, run
from sandbox import connections
from stores.kernel.security.redaction import MASK
from tests.config.conform.asking import conform, stock_up


@pytest.mark.parametrize("platform", run.PROBES)
def test_no_secret_and_no_person_is_in_the_folder(platform, opened, tmp_path):
    desk = opened(platform)
    connections.of(desk.world, platform).seed()
    stock_up(desk)

    conform(desk, "--keep", str(tmp_path / "kept"))

    files = list((tmp_path / "kept" / platform).iterdir())
    assert len(files) >= 3
    kept = "\n".join(file.read_text() for file in files).lower()
    house = connections.open_shop(desk.world, platform)
    for secret in house.secrets.values():
        assert secret.lower() not in kept
    for name in ("@", "keller", "rossi", "whitfield", "tanaka", "raman", "street", "example.com"):
        assert name not in kept, name


def test_structure_amounts_states_and_times_stay():
    order = {"id": 7, "state": "OPEN", "total": "10.50", "paid": Decimal("1.5"), "units": Decimal(3), "is_test": True,
             "created_at": "2026-11-21T09:30:00Z", "gid": "gid://shopify/Order/7", "empty": None}  # fmt: skip

    assert keep.body({"orders": [order]}, is_refusal=False) == {"orders": [order]}


@pytest.mark.parametrize(
    ("key", "value"),
    [("given_name", "Bruno"), ("phone", 5551234), ("postcode", "10115"), ("memo", "for my son"), ("ip", "10.0.0.1"),
     ("status", "Bruno Keller"), ("billing", {"first": "Bruno"}), ("customerEmail", "b@example.com"),
     ("code", "GIFT-77"), ("access_token", "x"), ("message", "call Bruno"), ("anything", "Bruno"),
     ("dob", "1990-01-01")],
)  # fmt: skip
def test_what_is_not_known_to_be_harmless_is_masked(key, value):
    assert keep.body({key: value}, is_refusal=False) == {key: MASK}


def test_a_key_that_is_a_person_is_masked_too():
    assert keep.body({"b@example.com": True}, is_refusal=False) == {MASK: True}


def test_the_words_of_a_refusal_stay_without_addresses():
    said = {"message": "Invalid order ID.", "code": "woocommerce_rest_invalid_order_id", "data": {"status": 404}}
    errors = {"userErrors": [{"field": ["orderId"], "message": "Not allowed"}]}

    assert keep.body(said, is_refusal=True) == said
    assert keep.body(errors, is_refusal=False) == errors
    assert keep.body({"message": "no b@example.com"}, is_refusal=True) == {"message": MASK}


def test_a_file_says_what_was_asked_and_learned(opened, tmp_path):
    desk = opened("shopify")
    stock_up(desk)

    said = conform(desk, "--keep", str(tmp_path))

    told = json.loads((tmp_path / "shopify" / "03-limit.json").read_text())
    assert (told["platform"], told["doubt"], told["said"]) == ("shopify", "8", "bucket of 2000 points, 100 a second")
    assert told["exchanges"][0]["query"] == "{ shop { id } }"
    assert told["exchanges"][0]["answer"]["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 100
    assert "without secrets and people" in said
