"""Plots of what was measured, as SVG."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from load.table import STORMS

Found = Mapping[str, Any]

mpl.rcParams.update(
    {"svg.hashsalt": "usher", "font.size": 10, "axes.grid": True, "grid.alpha": 0.3}
)


def plots(folder: Path, found: Found) -> list[str]:
    """Draw whatever there are figures for; give the names of the files."""
    drawn: list[str] = []
    promote = found.get("promote", {}).get("contenders", {})
    if promote:
        deliveries = {name: one["cpu_us_per_delivery"] for name, one in promote.items()}
        drawn.append(bars(folder, "delivery", "CPU per delivery of a role change, µs", deliveries))
    rooms = found.get("sizes", {}).get("rooms", {})
    if len(rooms) > 1:
        points = {int(size): one["cpu_us_per_change"] for size, one in rooms.items()}
        title = "CPU per change by people in the room, µs"
        drawn.append(line(folder, "changes", title, points))
    joins: dict[int, float] = {}
    for name in STORMS:
        for size, one in found.get(name, {}).get("contenders", {}).get("usher", {}).items():
            joins[int(size)] = one["cpu_ms_per_join"]
    if len(joins) > 1:
        drawn.append(line(folder, "joins", "CPU per join by joins in the storm, ms", joins))
    fanout = found.get("fanout", {})
    for name, title in (
        ("watchers", "CPU per change by who watches, µs"),
        ("cohorts", "CPU per change by the ways in which a thousand look, µs"),
    ):
        costs = {int(size): one["cpu_us_per_change"] for size, one in fanout.get(name, {}).items()}
        if len(costs) > 1:
            drawn.append(line(folder, name, title, costs))
    return drawn


def bars(folder: Path, name: str, title: str, values: Mapping[str, float]) -> str:
    """Draw a bar for each name, the smallest on top."""
    names = sorted(values, key=lambda one: -values[one])
    figure = Figure(figsize=(8, 0.4 * len(names) + 1.2), layout="constrained")
    axes = figure.subplots()
    colours = ["#2f6f4f" if one == "usher" else "#9aa5b1" for one in names]
    drawn = axes.barh(names, [values[one] for one in names], color=colours)
    axes.bar_label(drawn, fmt="%.1f", padding=3)
    axes.set_title(title)
    return _saved(figure, folder, name)


def line(folder: Path, name: str, title: str, points: Mapping[int, float]) -> str:
    """Draw what each size costs; the axis of cost begins at nought."""
    sizes: Sequence[int] = sorted(points)
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(sizes, [points[size] for size in sizes], marker="o", color="#2f6f4f")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(0, 1.3 * max(points.values()))
    axes.set_title(title)
    return _saved(figure, folder, name)


def _saved(figure: Figure, folder: Path, name: str) -> str:
    file = f"{name}.svg"
    # Without a date, the same figures give the same file.
    figure.savefig(folder / file, metadata={"Date": None})
    return file
