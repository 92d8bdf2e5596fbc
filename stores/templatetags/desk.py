"""Tags and filters of every page (a template builtin: nothing to load). docs/pages.md shows each in use.

Money goes through Babel, so digits follow the currency; times are shown in the reader's zone, with the UTC
instant in `datetime`; states are a word, a shape and a colour. Lists show hundreds of these: what depends on a
few values only is kept, per language.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from stores.kernel import clock
from stores.kernel import i18n as sentences
from stores.kernel.money import Money
from stores.platforms import registry
from stores.templatetags import state_labels, times

register = template.Library()

NOTHING = "—"
SHEETS = tuple(f"css/{name}.css" for name in ("tokens", "base", "components", "desk", "work", "order"))  # of every page
BUNDLE = "css/all.css"  # the same as one file
TONES = {"success": "ok", "warning": "warn", "error": "bad", "debug": "plain"}
NOTE_ICONS = {"ok": "check", "warn": "alert", "bad": "stop", "info": "about", "plain": "about"}


@register.simple_tag
def language_tag() -> str:
    """For `<html lang>`; the script formats times with the same one."""
    return str(times.locale()).replace("_", "-")


# -- money and numbers ------------------------------------------------------------------------------


@register.filter
def money(value: Money | None) -> str:
    """`US$47.98`, `JP¥1,240`, `KWD 1.250`; a dash for None. Finer digits are shown, never rounded off."""
    return NOTHING if value is None else _money(str(value.amount), value.currency, get_language())


@lru_cache(maxsize=4096)
def _money(amount: str, currency: str, language: str | None) -> str:
    return sentences.money(Money(Decimal(amount), currency))


@register.filter
def units(value: Decimal | int | None) -> str:
    """A quantity without idle zeros: `2`, `1.5`, `1,000`; a dash for None."""
    return NOTHING if value is None else _units(value, get_language())


@lru_cache(maxsize=4096)
def _units(value: Decimal | int, language: str | None) -> str:
    return str(format_decimal(value, locale=times.locale(), decimal_quantization=False))


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """For `value=`, `min=`, `max=` of number inputs: `1000`, `1.5`, never grouped, never an exponent."""
    return "" if value is None else f"{Decimal(value).normalize():f}"


@register.filter
def seconds(value: int | float | None) -> str:
    """A length of time in words: `9 mins 41 secs`, `2 hrs`; used for countdowns and holds."""
    return NOTHING if value is None else times.length(value)


# -- time -------------------------------------------------------------------------------------------


@register.filter
def at(value: datetime | None, of: Any = None) -> str:
    """`19 Nov 2026, 14:02` in the zone of a shop (or a zone name); without one in UTC, and it says so."""
    if value is None:
        return NOTHING
    text = times.long(value.astimezone(times.zone(of)))
    return text if of else f"{text} UTC"


@register.simple_tag
def when(value: datetime | None, of: Any = None, show: str = "short") -> str:
    """A `<time>` in the reader's zone, which its title names; `of`: whose zone it is when the reader has said none.

    show: short (`14:02`, `19 Nov, 14:02`), long (with year), clock (with seconds), ago and age (both kept fresh).
    """
    if value is None:
        return NOTHING
    now, local = clock.now(), value.astimezone(times.readers(of))
    shown = {
        "age": lambda: times.age(value, local, now),
        "ago": lambda: times.relative(value, now),
        "clock": lambda: times.short(local, now.astimezone(local.tzinfo), seconds=True),
        "long": lambda: times.long(local),
        "short": lambda: times.short(local, now.astimezone(local.tzinfo)),
    }[show]()
    fresh = SafeString({"ago": " data-relative", "age": " data-age"}.get(show, ""))
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>', times.instant(value), times.full(local), fresh, shown
    )


@register.simple_tag
def page_zone() -> str:
    """`Berlin time`: the one zone of a page, for its foot."""
    return times.name_of(times.readers())


@register.filter
def iso(value: datetime | None) -> str:
    """The UTC instant for `data-until`, `data-now` and `datetime=`."""
    return "" if value is None else times.instant(value)


@register.filter
def left(value: datetime | None) -> str:
    """Time until then, in words; zero once it has passed."""
    return NOTHING if value is None else times.length((value - clock.now()).total_seconds())


@register.simple_tag
def now_iso() -> str:
    """The server's clock, from which the script corrects a wrong clock of the browser."""
    return times.instant(clock.now())


# -- words, badges, icons ---------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=1)
def stylesheets() -> SafeString:
    """One link where the files were made ready for serving (config.static_files), else one for each sheet."""
    is_bundled = BUNDLE in getattr(staticfiles_storage, "hashed_files", {})
    names = (BUNDLE,) if is_bundled else SHEETS
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(name),) for name in names))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> SafeString:
    """A stroke icon of static/img/icons.svg; silent for screen readers unless it has a label."""
    use = static("img/icons.svg") + f"#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, use)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', use)


@register.simple_tag
def chip(word: Any, tone: str = "plain", title: str = "") -> SafeString:
    """`{% chip "Paid" "ok" %}`. Tones: ok warn bad info moving half plain, and tag (no shape: a label, not a state)."""
    hint = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="chip {}"{}>{}</span>', tone, hint, word)


@register.simple_tag
def state(vocabulary: str, value: Any, title: str = "") -> SafeString:
    """`{% state "fulfilment" order.fulfilment %}`: the chip of a known state; nothing for an empty one."""
    return _state(vocabulary, str(value), title, get_language()) if value else SafeString("")


@lru_cache(maxsize=1024)
def _state(vocabulary: str, value: str, title: str, language: str | None) -> SafeString:
    word, tone = state_labels.word(vocabulary, value)
    return chip(word, tone, title)


@register.filter
def word(value: Any, vocabulary: str) -> str:
    """`{{ step.state|word:"step" }}`: the word alone, for running text."""
    return str(state_labels.word(vocabulary, str(value))[0]) if value else ""


@register.filter
def tone(value: Any, vocabulary: str = "") -> str:
    """The tone of a state, or (without a vocabulary) of a message's level: success, warning, error."""
    if vocabulary:
        return state_labels.word(vocabulary, str(value))[1]
    return next((TONES[tag] for tag in str(value).split() if tag in TONES), "info")


@register.filter
def note_icon(tone: str) -> str:
    return NOTE_ICONS.get(tone, "about")


@register.simple_tag
def platform(key: str, name: str) -> SafeString:
    """A shop's name behind its platform's two letters: `{% platform store.platform store.name %}`."""
    return shop_glyph(key, name, name)


@lru_cache(maxsize=1024)
def shop_glyph(key: str, name: str, short: str) -> SafeString:
    """The same with a shorter name for a column; the whole one stands in the title."""
    known = registry.PLATFORMS.get(key)
    label = known.label if known else key.replace("_", " ").title()
    mark = format_html('<b aria-hidden="true">{}</b>', (known.glyph if known else "") or label[:2])
    hidden = format_html('<span class="hide">{}: </span>', label)
    title = label if short == name else f"{name}, {label}"
    return format_html('<span class="plat {}" title="{}">{}{}<span>{}</span></span>', key, title, mark, hidden, short)


@register.filter
def digest(value: str | None, head: int = 4) -> str:
    """A hash or a long id in short: `a91f…04`; short values stay whole."""
    text = str(value or "")
    return text if len(text) <= head + 4 else f"{text[:head]}…{text[-2:]}"


# -- forms and addresses ----------------------------------------------------------------------------


@register.filter
def kind(field: BoundField) -> str:
    """How _field.html lays a field out: tick, choice (radio buttons, several boxes) or box."""
    inner = getattr(field.field.widget, "input_type", "")
    if field.use_fieldset:
        return "choice"
    return "tick" if inner == "checkbox" else "box"


@register.simple_tag(takes_context=True)
def keep_query(context: template.Context, *without: str) -> SafeString:
    """Hidden inputs that carry the query through a GET form, but for the names given and the page (`after`)."""
    query: QueryDict = context["request"].GET
    drop = {*without, "after"}
    pairs = ((name, value) for name, values in query.lists() if name not in drop for value in values)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def toggle(context: template.Context, name: str, value: Any) -> str:
    """The query with `name=value` switched on or off (a filter pill's href); always back on the first page."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    chosen, text = query.getlist(name), str(value)
    query.setlist(name, [v for v in chosen if v != text] if text in chosen else [*chosen, text])
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def is_on(context: template.Context, name: str, value: Any) -> bool:
    """Whether the address's query holds `name=value`."""
    return str(value) in context["request"].GET.getlist(name)


@register.filter
def sentence(parts: Iterable[Any]) -> str:
    """`a, b and c`."""
    texts = [str(part) for part in parts]
    if len(texts) < 2:
        return "".join(texts)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(texts[:-1]), "last": texts[-1]}
