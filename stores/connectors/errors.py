"""What an answer of a vendor proves, as a table: status, their code or their words lead to one of our classes.

The transport sorts by status first (`kernel.http.responses`); a row corrects it where a vendor says more. A row without
a status holds for plain 4xx alone, so what happened behind a 5xx, a gateway or a lost answer stays unknown until
somebody names that status on purpose. Where no row fits, the transport's class stands: of an effect, unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar

from stores.kernel.errors import OutcomeUnknown, RemoteError, RemoteRefused, RemoteThrottled, RemoteUnavailable
from stores.kernel.http.json_readers import Misread
from stores.kernel.http.responses import DEFAULT_RETRY_AFTER, MAYBE_PROCESSED, Answer
from stores.kernel.i18n import with_theirs

T = TypeVar("T")
LONGEST_CODE, LONGEST_TEXT = 80, 500
REFUSALS = frozenset(range(400, 500)) - MAYBE_PROCESSED
PLAIN = REFUSALS - {409, 423, 429}  # those that say no to what was asked, and not to the moment
MOST_PARTS = 20
UNREADABLE = frozenset({"bad_shape", "error_in_200"})  # codes of a read that was answered, and not understood


@dataclass(frozen=True)
class Said:
    """What a body says of itself: their code, their words in one line, the field they are about."""

    code: str = ""
    text: str = ""
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One refusal. What it leaves empty fits every answer, but for the status: then `REFUSALS`.

    status, codes: one of these ("" = they give none); text: found in "code words"; field: theirs. effect: only of an
    effect, only of a read, None: of both. becomes: our class, None: the transport's. code: ours, "" theirs, else the
    status. words: for a person, "" the table's; theirs: followed by the vendor's own. retry_after: seconds.
    """

    status: Collection[int] = ()
    codes: Collection[str] = ()
    text: re.Pattern[str] | str = ""
    field: str = ""
    effect: bool | None = None
    becomes: type[RemoteError] | None = None
    code: str = ""
    words: str = ""
    theirs: bool = False
    retry_after: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a row that would read a whole 2xx as something else, whatever it says."""
        if any(status < 300 for status in self.status) and not (self.codes or self.text):
            raise ValueError("a row of a 2xx names a code or a text")

    def fits(self, status: int, said: Said, *, effect: bool) -> bool:
        return (
            status in (self.status or REFUSALS)
            and (not self.codes or said.code in self.codes)
            and (not self.text or re.search(self.text, f"{said.code} {said.text}".strip()) is not None)
            and self.field in ("", said.field)
            and self.effect in (None, effect)
        )


def by_status(
    platform: str, statuses: Mapping[int | None, str], *, alone: Collection[int] = ()
) -> Callable[[Said, int | None], str]:
    """Ours for a status that is in the table, then the vendor's own where it has some; ours `alone` for some."""

    def words(said: Said, status: int | None) -> str:
        return with_theirs(str(statuses[status]), platform, "" if status in alone else said.text)

    return lambda said, status: words(said, status) if status in statuses else ""


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """A vendor's table; the first row that fits decides.

    parse: a body, or None → what it says; it never raises. words: what is said and the status → ours for a person, ""
    where the class says enough. platform: as people call it. wait_seconds: for a 429 that names no time.
    """

    rows: tuple[Row, ...]
    parse: Callable[[Any], Said]
    words: Callable[[Said, int | None], str] = lambda _said, _status: ""
    platform: str = ""
    wait_seconds: float = DEFAULT_RETRY_AFTER

    def sorted_out(self, exc: RemoteError, *, effect: bool) -> RemoteError:
        """The transport's error with the class, code and words of its row. What was not answered stays as it is."""
        if exc.status is None:
            return exc
        said = self.parse(exc.answer)
        row = next((row for row in self.rows if row.fits(exc.status, said, effect=effect)), None)
        words = self._words(row, said, exc)
        if row is not None and row.becomes is not None:
            return _made(row, row.becomes, exc, said, words)
        if isinstance(exc, RemoteThrottled) and exc.retry_after == DEFAULT_RETRY_AFTER:
            exc.retry_after = self.wait_seconds
        exc.code = (row.code if row else "") or said.code or exc.code
        exc.user_message = words or exc.user_message
        return exc

    def _words(self, row: Row | None, said: Said, exc: RemoteError) -> str:
        if row is not None and row.words:
            return with_theirs(str(row.words), self.platform, said.text if row.theirs else "")
        return "" if row is None and isinstance(exc, OutcomeUnknown) else self.words(said, exc.status)

    def inside(self, answer: Answer, *, effect: bool) -> RemoteError:
        """Of a 2xx that says no in its body. A no that no row names leaves an effect unknown."""
        kind = OutcomeUnknown if effect else RemoteUnavailable
        return self.sorted_out(
            kind("refused inside 2xx", code="bad_code", status=answer.status, request_id=answer.request_id,
                 answer=answer.body),
            effect=effect,
        )  # fmt: skip


def _made(row: Row, kind: type[RemoteError], exc: RemoteError, said: Said, words: str) -> RemoteError:
    return kind(
        said.text,
        code=row.code or said.code or str(exc.status),
        status=exc.status,
        request_id=exc.request_id,
        answer=exc.answer,
        user_message=words,
        retry_after=exc.retry_after if row.retry_after is None else row.retry_after,
    )


def unless(no: Collection[int | str], read: Callable[[], T], otherwise: T) -> T:
    """What a read gives; `otherwise` where it is refused with one of these statuses or codes."""
    try:
        return read()
    except RemoteRefused as exc:
        if exc.status not in no and exc.code not in no:
            raise
    return otherwise


# --- an answer of an effect that cannot be read --------------------------------------------------------
@contextmanager
def proving(words: str = "", answer: Answer | None = None) -> Iterator[None]:
    """Around what reads a proof: a 2xx, or a look, that lacks what it must hold proves neither yes nor no."""
    try:
        yield
    except Misread as exc:
        raise OutcomeUnknown(
            f"misread {exc}",
            code="bad_shape",
            user_message=str(words),
            status=answer.status if answer else None,
            request_id=answer.request_id if answer else "",
            answer=answer.body if answer else None,
        ) from exc


@contextmanager
def looked(words: str) -> Iterator[None]:
    """Around a look for an effect: what cannot be read proves nothing, whether the call or the mapping says so."""
    try:
        with proving(words):
            yield
    except RemoteUnavailable as exc:
        if exc.code not in UNREADABLE:
            raise
        raise OutcomeUnknown(f"not read: {exc}", code="bad_shape", user_message=str(words)) from exc


# --- what bodies say -----------------------------------------------------------------------------------
def one_line(said: Any, names: Collection[str], fields: str = "errors") -> str:
    """All that is said, each once: texts under `names`, in lists and objects; under `fields`, a text by its field."""
    return "; ".join(dict.fromkeys(_texts(said, names, fields)))[:LONGEST_TEXT]


def _texts(said: Any, names: Collection[str], fields: str) -> Iterator[str]:
    match said:
        case list():
            for one in said[:MOST_PARTS]:
                yield from _texts(one, names, fields)
        case Mapping():
            for name in names:
                found = said.get(name)
                yield from [found.strip()] if is_said(found) else _texts(found, names, fields)
            yield from _by_field(said.get(fields), names, fields)


def _by_field(said: Any, names: Collection[str], fields: str) -> Iterator[str]:
    match said:
        case Mapping():
            yield from (f"{name} {one.strip()}" for name, one in list(said.items())[:MOST_PARTS] if is_said(one))
        case list():
            yield from (one.strip() for one in said[:MOST_PARTS] if is_said(one))
            yield from _texts(said, names, fields)


def is_said(found: Any) -> TypeGuard[str]:
    return isinstance(found, str) and bool(found.strip())


def code_in(body: Any, name: str = "code", most: int = LONGEST_CODE) -> str:
    """Their code, or another text of at most so many characters; "" where there is none."""
    code = body.get(name) if isinstance(body, Mapping) else None
    return code[:most] if isinstance(code, str) else ""


# --- ours ----------------------------------------------------------------------------------------------
def refusal(code: str, words: str) -> RemoteRefused:
    """A no of our own, before anything is sent: the order does not stand as it was planned. words: for a person."""
    return RemoteRefused(code, code=code, user_message=str(words))
