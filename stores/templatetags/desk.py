"""Tags and filters of every page (a template builtin: nothing to load). docs/pages.md shows each in use.

Money goes through Babel, so digits follow the currency; times are shown in the shop's zone, with the UTC
instant in `datetime`; states are a word, a shape and a colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_decimal
from babel.units import format_unit
from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, to_locale

from stores.kernel import words as sentences
from stores.kernel.money import Money
from stores.templatetags import words
from stores.templatetags.ago import relative

register = template.Library()

NOTHING = "—"
TONES = {"success": "ok", "warning": "warn", "error": "bad", "debug": "plain"}
NOTE_ICONS = {"ok": "check", "warn": "alert", "bad": "stop", "info": "about", "plain": "about"}


def locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en-gb"))


@register.simple_tag
def language_tag() -> str:
    """For `<html lang>`; the script formats times with the same one."""
    return str(locale()).replace("_", "-")


# -- money and numbers ------------------------------------------------------------------------------


@register.filter
def money(value: Money | None) -> str:
    """`US$47.98`, `JP¥1,240`, `KWD 1.250`; a dash for None. Finer digits are shown, never rounded off."""
    return NOTHING if value is None else sentences.money(value)


@register.filter
def units(value: Decimal | int | None) -> str:
    """A quantity without idle zeros: `2`, `1.5`, `1,000`; a dash for None."""
    return NOTHING if value is None else str(format_decimal(value, locale=locale(), decimal_quantization=False))


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """For `value=`, `min=`, `max=` of number inputs: `1000`, `1.5`, never grouped, never an exponent."""
    return "" if value is None else f"{Decimal(value).normalize():f}"


@register.filter
def seconds(value: int | float | None) -> str:
    """A length of time in words: `9 mins 41 secs`, `2 hrs`; used for countdowns and holds."""
    if value is None:
        return NOTHING
    left, parts = max(0, int(value)), []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(format_unit(count, f"duration-{unit}", length="short", locale=locale()))
    return " ".join(parts[:2]) or format_unit(0, "duration-second", length="short", locale=locale())


# -- time -------------------------------------------------------------------------------------------


def zone(of: Any) -> ZoneInfo:
    """A zone from a shop (`time_zone`), a name, or nothing (UTC). An unknown name is UTC: the page must still come."""
    name = getattr(of, "time_zone", of) or "UTC"
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@register.filter
def at(value: datetime | None, of: Any = None) -> str:
    """`19 Nov 2026, 14:02` in the zone of a shop (or a zone name); without one in UTC, and it says so."""
    if value is None:
        return NOTHING
    text = format_date(value.astimezone(zone(of)), "j M Y, H:i")
    return text if of else f"{text} UTC"


@register.simple_tag
def when(value: datetime | None, of: Any = None, show: str = "short") -> str:
    """A `<time>`: short (`14:02`, `19 Nov, 14:02`), long (with year), clock (`14:41:02`), ago (kept fresh)."""
    if value is None:
        return NOTHING
    now, local = timezone.now(), value.astimezone(zone(of))
    instant = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    full = format_date(local, "j M Y, H:i:s ") + (local.tzname() or "")
    if show == "ago":
        text = relative(value, now, str(locale()))
        return format_html('<time datetime="{}" title="{}" data-relative>{}</time>', instant, full, text)
    return format_html('<time datetime="{}" title="{}">{}</time>', instant, full, clock_text(local, now, show))


def clock_text(local: datetime, now: datetime, show: str) -> str:
    """The visible words of a `<time>`; `local` is already in the zone to show."""
    today = now.astimezone(local.tzinfo)
    if show == "clock":
        return format_date(local, "H:i:s")
    if show == "long" or local.year != today.year:
        return format_date(local, "j M Y, H:i")
    return format_date(local, "H:i" if local.date() == today.date() else "j M, H:i")


@register.filter
def iso(value: datetime | None) -> str:
    """The UTC instant for `data-until`, `data-now` and `datetime=`."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def left(value: datetime | None) -> str:
    """Time until then, in words; zero once it has passed."""
    return NOTHING if value is None else seconds((value - timezone.now()).total_seconds())


@register.simple_tag
def now_iso() -> str:
    """The server's clock, from which the script corrects a wrong clock of the browser."""
    return iso(timezone.now())


# -- words, badges, icons ---------------------------------------------------------------------------


@register.simple_tag
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
    if not value:
        return SafeString("")
    word, tone = words.word(vocabulary, str(value))
    return chip(word, tone, title)


@register.filter
def word(value: Any, vocabulary: str) -> str:
    """`{{ step.state|word:"step" }}`: the word alone, for running text."""
    return str(words.word(vocabulary, str(value))[0]) if value else ""


@register.filter
def tone(value: Any, vocabulary: str = "") -> str:
    """The tone of a state, or (without a vocabulary) of a message's level: success, warning, error."""
    if vocabulary:
        return words.word(vocabulary, str(value))[1]
    return next((TONES[tag] for tag in str(value).split() if tag in TONES), "info")


@register.filter
def note_icon(tone: str) -> str:
    return NOTE_ICONS.get(tone, "about")


@register.simple_tag
def platform(key: str, name: str) -> SafeString:
    """A shop's name behind the initial of its platform: `{% platform store.platform store.name %}`."""
    label = key.replace("_", " ").title()
    mark = format_html('<b aria-hidden="true">{}</b>', label[:1])
    hidden = format_html('<span class="hide">{}: </span>', label)
    return format_html('<span class="plat {}" title="{}">{}{}<span>{}</span></span>', key, label, mark, hidden, name)


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
