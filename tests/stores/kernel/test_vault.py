from __future__ import annotations

import base64

import pytest

from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError

OLD, NEW = (f"{name}:{base64.b64encode(name.encode() * 8).decode()}" for name in ("key1", "key2"))
HERE = vault.bound("stores_connectionsecret", "sealed", "api_token", 7)


@pytest.fixture(autouse=True)
def _ring(settings):
    settings.VAULT_KEYS = OLD


def test_a_value_opens_where_it_was_sealed():
    sealed = vault.seal(b"shpat_1", bound_to=HERE)

    assert vault.unseal(sealed, bound_to=HERE) == b"shpat_1"
    assert vault.unseal(memoryview(sealed), bound_to=HERE) == b"shpat_1"
    assert b"shpat" not in sealed


def test_the_same_value_never_seals_to_the_same_bytes():
    assert vault.seal(b"x", bound_to=HERE) != vault.seal(b"x", bound_to=HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        vault.bound("stores_other", "sealed", "api_token", 7),
        vault.bound("stores_connectionsecret", "other", "api_token", 7),
        vault.bound("stores_connectionsecret", "sealed", "webhook_secret", 7),
        vault.bound("stores_connectionsecret", "sealed", "api_token", 8),
        "",
    ],
    ids=["table", "column", "row", "store", "nothing"],
)
def test_a_value_copied_from_elsewhere_does_not_open(elsewhere):
    sealed = vault.seal(b"shpat_1", bound_to=elsewhere)

    with pytest.raises(VaultError):
        vault.unseal(sealed, bound_to=HERE)


@pytest.mark.parametrize("planted", [b"", b"\x01", b"shpat_planted", b"\x01\x04key1", b"\x01\xffkey1", b"\x01\x00key1"])
def test_planted_plaintext_is_never_returned(planted):
    with pytest.raises(VaultError):
        vault.unseal(planted, bound_to=HERE)


def test_every_cut_and_every_flipped_byte_is_found():
    sealed = vault.seal(b"shpat_1", bound_to=HERE)

    for at in range(len(sealed)):
        flipped = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        for broken in (sealed[:at], flipped):
            with pytest.raises(VaultError):
                vault.unseal(broken, bound_to=HERE)


def test_an_old_key_still_opens_and_is_resealed_once(settings):
    sealed = vault.seal(b"shpat_1", bound_to=HERE)
    settings.VAULT_KEYS = f"{NEW}, {OLD}"

    fresh = vault.reseal(sealed, bound_to=HERE)

    assert vault.unseal(sealed, bound_to=HERE) == b"shpat_1"
    assert fresh is not None
    assert vault.key_id(fresh) == "key2"
    assert vault.reseal(fresh, bound_to=HERE) is None
    settings.VAULT_KEYS = NEW
    assert vault.unseal(fresh, bound_to=HERE) == b"shpat_1"


def test_a_key_that_left_the_ring_opens_nothing(settings):
    sealed = vault.seal(b"shpat_1", bound_to=HERE)
    settings.VAULT_KEYS = NEW

    with pytest.raises(VaultError, match="not in the ring"):
        vault.unseal(sealed, bound_to=HERE)


def test_another_key_under_the_same_id_opens_nothing(settings):
    sealed = vault.seal(b"shpat_1", bound_to=HERE)
    settings.VAULT_KEYS = NEW.replace("key2:", "key1:")

    with pytest.raises(VaultError):
        vault.unseal(sealed, bound_to=HERE)


@pytest.mark.parametrize(
    "ring",
    ["", "key1", "key1:???", f"key1:{base64.b64encode(b'short').decode()}", f"{OLD},{OLD}", OLD.replace("key1", "k 1")],
    ids=["empty", "no key", "not base64", "short", "doubled", "spaces"],
)
def test_a_bad_ring_is_refused(ring, settings):
    settings.VAULT_KEYS = ring

    with pytest.raises(VaultError):
        vault.seal(b"x", bound_to=HERE)


def test_a_digest_is_keyed_and_survives_rotation(settings):
    known = vault.digest("customer was rude")
    settings.VAULT_KEYS = f"{NEW},{OLD}"

    assert vault.digest("customer was rude") != known
    assert vault.is_digest_of(known, "customer was rude")
    assert not vault.is_digest_of(known, "customer was kind")
    assert len(known) == 64


def test_nothing_at_all_can_be_sealed_and_is_told_from_nothing_sealed():
    sealed = vault.seal(b"", bound_to="here")

    assert vault.unseal(sealed, bound_to="here") == b""
    with pytest.raises(vault.VaultError, match="too short"):
        vault.unseal(sealed[:-1], bound_to="here")
