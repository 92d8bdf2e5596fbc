"""Tables for spreadsheets: RFC 4180, and no cell that a spreadsheet would run as a formula (RELIABILITY 13)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse

from stores.kernel import plain_text

Cell = str | int | Decimal | None

# = + - @ and their full-width forms, tab, CR, LF; also behind blanks and invisible signs, which spreadsheets skip.
FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def safe(value: Cell) -> str:
    """The text of one cell. Numbers stay numbers; text that could start a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(int(value))
    text = plain_text.shown(value.replace("\x00", ""))
    return f"'{text}" if FORMULA.match(text) else text


class _Echo:
    """What csv.writer writes to: hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The table line by line, as rows come: a long one never stands in memory."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow([safe(name) for name in header])
    for row in rows:
        yield writer.writerow([safe(value) for value in row])


def download(content: Iterable[str], *, name: str, kind: str = "text/csv; charset=utf-8") -> StreamingHttpResponse:
    """`content` as a file that is saved, never shown. `name`: plain ASCII, ours."""
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
