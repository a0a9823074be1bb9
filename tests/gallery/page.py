"""The page on which the pictures of the gallery stand side by side."""

import html
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.gallery.screens import ALL_LOOKS, LANGUAGES, SIZES, Look, Screen

STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
PARTS = (*SIZES, "light", "dark", *LANGUAGES)


def write_page(
    folder: Path, screens: Iterable[Screen], file_of: Callable[[Screen, Look], str]
) -> None:
    """Write `index.html` over the pictures that are there."""
    areas: dict[str, list[Screen]] = {}
    for one in screens:
        areas.setdefault(one.area, []).append(one)
    sections = "".join(_section(folder, area, some, file_of) for area, some in areas.items())
    boxes = "".join(
        f'<label><input type="checkbox" value="{part}" checked>{part}</label>' for part in PARTS
    )
    folder.joinpath("index.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>usher: gallery</title>'
        f"<style>{STYLE}</style><header><h1>usher: every screen</h1>"
        f'<input type="search" id="search" placeholder="Filter by name" aria-label="Filter">{boxes}'
        f"</header><main>{sections}</main><script>{SCRIPT}</script></html>",
        encoding="utf-8",
    )


def _section(
    folder: Path, area: str, screens: list[Screen], file_of: Callable[[Screen, Look], str]
) -> str:
    articles = "".join(_article(folder, one, file_of) for one in screens)
    return f"<section><h2>{area.capitalize()}</h2>{articles}</section>" if articles else ""


def _article(folder: Path, screen: Screen, file_of: Callable[[Screen, Look], str]) -> str:
    figures = "".join(
        f'<figure data-look="{look}"><a href="{file_of(screen, look)}">'
        f'<img loading="lazy" alt="" src="{file_of(screen, look)}"></a>'
        f"<figcaption>{look}</figcaption></figure>"
        for look in ALL_LOOKS
        if folder.joinpath(file_of(screen, look)).exists()
    )
    if not figures:
        return ""
    name = html.escape(screen.name)
    return (
        f'<article data-words="{html.escape(screen.id.lower())}"><h3>{name}</h3>'
        f'<div class="looks">{figures}</div></article>'
    )
