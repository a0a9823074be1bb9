"""Moments in words, in the languages that letters are written in. Always UTC, and said so."""

from dataclasses import dataclass
from datetime import UTC, datetime

LANGUAGES = ("en", "es", "de", "fr", "ar", "he")
"""The languages there are templates for; the first is the one to fall back to."""

RIGHT_TO_LEFT = frozenset({"ar", "he"})

_LAST_MOMENT = 253_402_300_799_000
"""The last second of the year 9999; a `datetime` knows no later year."""


@dataclass(frozen=True, slots=True)
class _Calendar:
    weekdays: str
    months: str
    date: str
    comma: str = ", "
    """What stands between the day and the time."""


_CALENDARS = {
    "en": _Calendar(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December",
        "{weekday}, {day} {month} {year}",
    ),
    "es": _Calendar(
        "lunes martes miércoles jueves viernes sábado domingo",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "{weekday}, {day} de {month} de {year}",
    ),
    "de": _Calendar(
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "{weekday}, {day}. {month} {year}",
    ),
    "fr": _Calendar(
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "{weekday} {day} {month} {year}",
    ),
    "ar": _Calendar(
        "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "{weekday}، {day} {month} {year}",
        comma="، ",
    ),
    "he": _Calendar(
        "שני שלישי רביעי חמישי שישי שבת ראשון",
        "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
        "יום {weekday}, {day} ב{month} {year}",
    ),
}


def language_of(wanted: str) -> str:
    """Choose the language to write in.

    Example:
        >>> language_of("de-AT"), language_of("pt-BR")
        ('de', 'en')
    """
    base = wanted.partition("-")[0].lower()
    return base if base in LANGUAGES else LANGUAGES[0]


def utc(at: int) -> datetime:
    """Turn ms UTC into what the standard library and icalendar want."""
    return datetime.fromtimestamp(min(at, _LAST_MOMENT) / 1000, UTC)


def moment_in_words(at: int, language: str) -> str:
    """Write one moment, for example until when a link is valid.

    Example:
        >>> moment_in_words(1_772_459_100_000, "en")
        'Monday, 2 March 2026, 13:45 UTC'
    """
    return f"{_start_in_words(utc(at), language)} UTC"


def span_in_words(starts_at: int, ends_at: int | None, language: str) -> str:
    """Write from when to when something is, the day once if it ends on the same.

    Example:
        >>> span_in_words(1_772_459_100_000, 1_772_462_700_000, "de")
        'Montag, 2. März 2026, 13:45 – 14:45 UTC'
    """
    if ends_at is None or ends_at <= starts_at:
        return moment_in_words(starts_at, language)
    start, end = utc(starts_at), utc(ends_at)
    begin = _start_in_words(start, language)
    if start.date() == end.date():
        return f"{begin} – {end:%H:%M} UTC"
    return f"{begin} UTC – {moment_in_words(ends_at, language)}"


def _start_in_words(at: datetime, language: str) -> str:
    return f"{_date_in_words(at, language)}{_CALENDARS[language].comma}{at:%H:%M}"


def _date_in_words(day: datetime, language: str) -> str:
    names = _CALENDARS[language]
    return names.date.format(
        weekday=names.weekdays.split()[day.weekday()],
        day="1er" if language == "fr" and day.day == 1 else day.day,
        month=names.months.split()[day.month - 1],
        year=day.year,
    )
