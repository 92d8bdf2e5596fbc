"""What Shoplazza says, as classes: both meanings of 400, the five words of 500, a refusal inside 200."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http.responses import Answer
from stores.platforms.shoplazza import capabilities

SUCCESS = "success"
NO_TOKEN = re.compile(r"\bunauth(ori[sz]ed|enticated)\b", re.IGNORECASE)
GRPC = re.compile(r"\b(Aborted|NotFound|Unimplemented|Unauthenticated|DeadlineExceeded)\b")
MAYBE_DONE = ("Aborted", "DeadlineExceeded")  # a write may have been applied
# Said of a request that was looked at and not carried out.
FINAL = re.compile(
    r"Invalid\w*|NotFound|\w+_not_found|Unimplemented|PermissionDenied|FailedPrecondition|OutOfRange|AlreadyExists"
    r"|NotAcceptable|UnprocessableEntity|Forbidden",
    re.IGNORECASE,
)
INACTIVE = "store is not active"


def flat(body: Any) -> str:
    """`errors` as list or map, or the string `error`, as one message; the `message` where there is neither."""
    if not isinstance(body, Mapping):
        return ""
    said = list(_parts(body.get("errors"))) or list(_parts(body.get("error"))) or list(_parts(body.get("message")))
    return "; ".join(said)[:500]


def _parts(said: Any, field: str = "") -> Iterator[str]:
    match said:
        case str() if said.strip():
            yield f"{field} {said.strip()}".strip()
        case list():
            for one in said:
                yield from _parts(one, field)
        case Mapping():
            for name, one in said.items():
                yield from _parts(one, f"{field} {name}".strip())


def code_of(body: Any) -> str:
    code = body.get("code") if isinstance(body, Mapping) else None
    return code[:80] if isinstance(code, str) else ""


def is_refusal(body: Mapping[str, Any]) -> bool:
    if "code" in body:
        return str(body["code"]).lower() != SUCCESS
    return bool(body.get("errors") or body.get("error"))


def sorted_out(exc: RemoteError, *, effect: bool) -> RemoteError:
    """The transport's class by status, corrected by what the body says."""
    said, code = flat(exc.answer), code_of(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if INACTIVE in said:
        return RemoteRefused(said, code="store_inactive", user_message=str(capabilities.INACTIVE), **told)
    if exc.status == 400 and NO_TOKEN.search(f"{said} {code}"):
        return CredentialsRejected(said, code="400", user_message=str(capabilities.STATUSES[401]), **told)
    if exc.status == 500:
        return _by_word(exc, f"{code} {said}", told, effect=effect)
    if exc.status == 404:
        which = code if code else "not_found"
        return RemoteRefused(said, code=which, user_message=capabilities.refused(said, 404), **told)
    if exc.status in capabilities.STATUSES:
        exc.code = code or exc.code
        exc.user_message = capabilities.refused(said, exc.status) if isinstance(exc, RemoteRefused) else str(
            capabilities.STATUSES[exc.status]
        )  # fmt: skip
    return exc


def _by_word(exc: RemoteError, said: str, told: dict[str, Any], *, effect: bool) -> RemoteError:
    """500 with a word of gRPC: two say that it may have been applied, three that it was not."""
    found = GRPC.search(said)
    word = found.group() if found else ""
    if word == "Unauthenticated":
        return CredentialsRejected(word, code=word, user_message=str(capabilities.STATUSES[401]), **told)
    if word == "NotFound":
        return RemoteRefused(word, code="not_found", user_message=capabilities.refused("", 404), **told)
    if word == "Unimplemented":
        return RemoteRefused(word, code=word, user_message=str(capabilities.NOT_THERE), **told)
    exc.code = word or exc.code
    return exc


def inside_200(body: Mapping[str, Any], answer: Answer, *, effect: bool) -> RemoteError:
    """`code` other than Success in an answer that calls itself 200. A code nobody knows proves nothing of an effect."""
    said, code = flat(body), code_of(body)
    told: dict[str, Any] = {"status": answer.status, "request_id": answer.request_id, "answer": body}
    if INACTIVE in said:
        return RemoteRefused(said, code="store_inactive", user_message=str(capabilities.INACTIVE), **told)
    if NO_TOKEN.search(f"{code} {said}"):
        return CredentialsRejected(code, code=code, user_message=str(capabilities.STATUSES[401]), **told)
    if re.fullmatch(r"TooManyRequests|ResourceExhausted", code, re.IGNORECASE):
        return RemoteThrottled(code, code=code, retry_after=2, user_message=str(capabilities.STATUSES[429]), **told)
    if FINAL.fullmatch(code) or (not code and not effect):
        return RemoteRefused(code, code=code or "refused", user_message=capabilities.refused(said, None), **told)
    if effect:
        return OutcomeUnknown(code, code=code or "bad_code", **told)
    return RemoteUnavailable(code, code=code, **told)
