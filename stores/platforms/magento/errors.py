"""What `ErrorProcessor` and OAuth say, as classes: one text for two truths, three meanings of 401, a report id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from stores.platforms.magento import messages

NONCE = "nonce_used"
NOT_SAVED = re.compile(r"could not save a creditmemo", re.IGNORECASE)
# Refusals of a credit memo that come before anything is saved. Others may come after: a mail that could not leave is
# answered with 400 as well; and a shop may translate its texts, also the one above.
CHECKED = re.compile(
    r"creditmemo document validation error|a creditmemo can not be created|not allow a creditmemo"
    r"|can't create creditmemo|quantity to creditmemo|most money available to refund|the credit memo's total"
    r"|creditmemo without products|creditmemo contains incorrect|return to stock|^maximum |can not cancel credit memo"
    r'|^"\w+" is required\. enter|^decoding error|type is invalid|invalid type for value',
    re.IGNORECASE,
)
REPORT = re.compile(r"Report ID:\s*(webapi-[0-9a-zA-Z]{6,40})")
PLACE = re.compile(r"%([A-Za-z]\w*|\d+)")
RIGHT = re.compile(r"isn't authorized to access", re.IGNORECASE)
SIGNING = (
    (re.compile(r"nonce", re.IGNORECASE), NONCE),
    (re.compile(r"timestamp", re.IGNORECASE), "timestamp_refused"),
    (re.compile(r"signature", re.IGNORECASE), "signature_invalid"),
    (re.compile(r"consumer.?key", re.IGNORECASE), "consumer_key_rejected"),
    (re.compile(r"token", re.IGNORECASE), "token_rejected"),
)


def message(body: Any) -> str:
    """What Magento says, its parameters put in: %1 by place, %name by name."""
    if not isinstance(body, Mapping):
        return ""
    said = [_filled(body)]
    more = body.get("errors")
    said += [_filled(one) for one in more if isinstance(one, Mapping)] if isinstance(more, list) else []
    return "; ".join(filter(None, said))[:500]


def _filled(one: Mapping[str, Any]) -> str:
    text, given = one.get("message"), one.get("parameters")
    if not isinstance(text, str):
        return ""
    named: dict[str, str] = {}
    if isinstance(given, Mapping):
        named = {str(name): str(value) for name, value in given.items()}
    elif isinstance(given, list):
        for place, value in enumerate(given, start=1):
            named |= (
                {str(n): str(v) for n, v in value.items()} if isinstance(value, Mapping) else {str(place): str(value)}
            )
    return PLACE.sub(lambda match: named.get(match[1], match[0]), text)


def sorted_out(exc: RemoteError, *, effect: bool, is_known: bool, is_memo: bool = False) -> RemoteError:
    """The transport's class by status, corrected by what the body says.

    is_known: our credentials were accepted a moment ago, so that a 401 about rights means just that.
    is_memo: a credit memo was asked for; of its refusals only those we know are believed.
    """
    said = message(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    match exc.status:
        case 409 | 423 if effect:  # no words of Magento's, so nobody promises that nothing was processed
            return OutcomeUnknown(said or str(exc.status), code=str(exc.status), **told)
        case 400 if NOT_SAVED.search(said):
            kind = OutcomeUnknown if effect else RemoteUnavailable
            return kind(said, code="not_saved", user_message=str(messages.NOT_SAVED), **told)
        case 400 if is_memo and not CHECKED.search(said):
            return OutcomeUnknown(said, code="400", user_message=messages.unsure(said), **told)
        case 400:
            return RemoteRefused(said, code="400", user_message=messages.refused(said, 400), **told)
        case 401:
            return _unauthorised(said, told, effect=effect, is_known=is_known)
        case 404:
            code = "no_route" if "match any route" in said else "not_found"
            return RemoteRefused(said, code=code, user_message=str(messages.NOTS[code]), **told)
    if found := REPORT.search(said):
        exc.request_id = found[1]
    if exc.status in messages.STATUSES and not isinstance(exc, OutcomeUnknown):
        exc.user_message = messages.refused(said if exc.status in (403, 429) else "", exc.status)
    return exc


def _unauthorised(said: str, told: dict[str, Any], *, effect: bool, is_known: bool) -> RemoteError:
    """A used nonce under an effect: this very request has arrived before, and may have been carried out.

    The same goes for a 401 nobody can read. Rights and an ended token have one text.
    """
    if RIGHT.search(said):
        if is_known:
            return RemoteRefused(said, code="acl", user_message=messages.lacking(said), **told)
        return CredentialsRejected(said, code="401", user_message=str(messages.STATUSES[401]), **told)
    code = next((code for pattern, code in SIGNING if pattern.search(said)), "")
    if effect and code in ("", NONCE):
        return OutcomeUnknown(said or "401", code=code or "401", **told)
    words = str(messages.SIGNING.get(code, messages.STATUSES[401]))
    return CredentialsRejected(said, code=code or "401", user_message=words, **told)
