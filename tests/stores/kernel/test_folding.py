from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.kernel import search_text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Müller", "muller"),
        ("MÜLLER", "muller"),
        ("Ｍüller", "muller"),
        ("Straße", "strasse"),
        ("Ørsted", "orsted"),
        ("Łukasz", "lukasz"),
        ("İzmir", "izmir"),
        ("  two \t words\n", "two words"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u202eright to left\u202c", "right to left"),
        ("nul\x00byte", "nul byte"),
        ("lone \ud800 half", "lone half"),
        ("李伟", "李伟"),
        ("ガ", "ガ"),
        ("ｶﾞ", "ガ"),
        ("한국", "한국"),
        ("กิน", "กิน"),
        ("👍🏽", "👍🏽"),
    ],
)
def test_both_sides_are_spelt_alike(written: str, folded: str) -> None:
    assert search_text.fold(written) == folded


def test_folding_twice_changes_nothing() -> None:
    for text in ("İzmir", "ﬁne", "ŉ", "ǰ", "ΐ", "ẞ", "Ǆ", "ﷺ", "①", "½"):
        once = search_text.fold(text)

        assert search_text.fold(once) == once


def test_a_number_is_the_same_with_and_without_its_sign() -> None:
    assert search_text.fold_number("#1047") == search_text.fold_number("1047") == search_text.fold_number("＃１０４７")


def test_short_words_are_whole_words_and_pairs_of_unspaced_scripts() -> None:
    assert set(search_text.short_words("li wei olivia")) == {"li"}
    assert set(search_text.short_words("王小明")) == {"王", "小", "明", "王小", "小明"}


def test_the_text_of_an_order_lists_short_words_between_spaces() -> None:
    text = search_text.search_text("#1047", ["Li Wei", "li.wei@example.com", "", "Olivia"])

    assert text.startswith(" 1047 li wei li.wei@example.com olivia ")
    assert " li " in text
    assert " 10 " in text
    assert " ol " not in text


@given(st.text(st.characters(max_codepoint=127)))
def test_the_short_way_for_plain_letters_gives_what_the_long_way_gives(text: str) -> None:
    """A letter that is not ASCII takes the long way; it stands alone at the end and is cut off again."""
    assert search_text.fold(text) == search_text.fold(f"{text} é").removesuffix("e").strip()


def test_the_blocks_of_marks_are_those_of_unicode() -> None:
    assert search_text.MARKS == (
        (0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
    )  # fmt: skip
    assert search_text.UNSPACED == (
        (0x2E80, 0x2FDF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
    )  # fmt: skip
