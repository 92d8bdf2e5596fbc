from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.kernel import csv_export


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+49 30 1234", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "\nx"),
        *("＝1+1", "＋1", "－1", "＠x"),
        *("  =1+1", "\u200b=1", "\ufeff=1", "\u00a0=1", "\x00=1"),
    ],
    ids=repr,
)
def test_what_could_be_a_formula_is_text(text):
    assert csv_export.safe(text) == "'" + text.replace("\x00", "")


@pytest.mark.parametrize("text", ["", "Ana", "C-2041", "#1047", "a=b", "3-4", "李伟", "ana@example.com", " plain"])
def test_other_text_stays_as_it_is(text):
    assert csv_export.safe(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("-47.98"), "-47.98"), (Decimal("1E+3"), "1000"), (-3, "-3"), (None, ""), (Decimal("0.00"), "0.00")],
)
def test_numbers_stay_numbers(value, text):
    assert csv_export.safe(value) == text


def test_commas_quotes_and_line_ends_are_quoted():
    text = "".join(csv_export.lines(["a", "b"], [['says "hi"', "one,two"], ["two\r\nlines", None]]))

    assert text == 'a,b\r\n"says ""hi""","one,two"\r\n"two\r\nlines",\r\n'


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=2)))
def test_every_cell_comes_back_and_none_starts_a_formula(rows):
    back = read("".join(csv_export.lines(["head", "head"], rows)))[1:]

    assert [[cell.removeprefix("'") for cell in row] for row in back] == [
        [c.removeprefix("'") for c in r] for r in rows
    ]
    assert not any(cell.lstrip()[:1] in tuple("=+-@＝＋－＠") for row in back for cell in row if cell.strip())


def test_a_download_is_saved_and_never_sniffed():
    response = csv_export.download(["a\r\n"], name="audit.csv")

    assert response["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response) == b"a\r\n"
