"""Signatures: right under any of the secrets, and any nonsense is simply not signed."""

from __future__ import annotations

import pytest

from stores.kernel.security import signing

BODY = b'{"id": 1}'


def test_the_old_and_the_new_secret_both_sign():
    signed = signing.hmac_base64("old", BODY)

    assert signing.is_signed(signed, BODY, secrets=["new", "old"])


@pytest.mark.parametrize("secrets", [[], [""], ["", "other"]], ids=["none", "empty", "another"])
def test_without_the_right_secret_nothing_is_signed(secrets):
    assert not signing.is_signed(signing.hmac_base64("right", BODY), BODY, secrets=secrets)


@pytest.mark.parametrize("given", [None, "", "é☃", "\udc80", "not base64!", b"bytes", 17, ["x"], "=" * 9000])
def test_a_malformed_signature_is_refused_without_raising(given):
    assert not signing.is_signed(given, BODY, secrets=["right"])


def test_an_empty_secret_never_signs():
    assert not signing.is_signed(signing.hmac_base64("", BODY), BODY, secrets=[""])
