"""E-mail addresses of people: one spelling each, and none that only looks like another.

A Cyrillic "а", a Kelvin sign or an invisible character makes another address that reads the same, and lowering it may
even turn it into the real one. So an address is plain ASCII; a domain with other letters is written in its xn-- form,
which nobody mistakes.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from stores.kernel.errors import InputRejected

MOST_CHARACTERS = 254  # RFC 5321, and the column


def normal(text: str, *, field: str = "email") -> str:
    """Small letters. Raises InputRejected for `field` for what is no plain address, blanks around it included."""
    if strange := next((letter for letter in text if not ("!" <= letter <= "~")), ""):
        raise InputRejected(field, _plain_only(strange))
    try:
        validate_email(text)
    except ValidationError as exc:
        raise InputRejected(field, _("Enter an e-mail address such as ana@example.com.")) from exc
    if len(text) > MOST_CHARACTERS:
        raise InputRejected(field, _("An e-mail address has at most %(most)s characters.") % {"most": MOST_CHARACTERS})
    return text.lower()


def _plain_only(strange: str) -> str:
    if strange == " ":
        return _("An e-mail address holds no blanks.")
    words = _(
        "Only plain letters, digits and signs: U+%(code)s can look like another letter. "
        "A domain with letters of other alphabets is written in its xn-- form."
    )
    return words % {"code": f"{ord(strange):04X}"}
