"""The report of a `bench`: the table of targets, what each server does, and plots."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from load.model import model
from load.plots import plots
from load.table import STORMS, rows_of, table

Found = Mapping[str, Any]

LEAST_KEYS = 2
"""Of a part of which nothing was measured: why not, and how long that took."""


def verdicts(found: Found) -> dict[str, Any]:
    """Give the table as values, for programs."""
    rows = [
        {
            "work": row.work,
            "most": row.most,
            "value": None if row.value is None else round(row.value, 3),
            "unit": row.unit,
            "verdict": row.verdict,
        }
        for row in rows_of(found)
    ]
    return {"table": rows}


def write_report(folder: Path, found: Found) -> str:
    """Write `report.md` and its plots; give the table, and what could not be measured."""
    told = table(rows_of(found))
    troubles = _troubles(found)
    summary = told if not troubles else f"{told}\n\n{troubles}"
    parts = [
        "# What was measured",
        _machine(found),
        summary,
        "## One role change to many",
        _contenders(found.get("promote", {})),
        "## What a change is made of",
        _fanout(found.get("fanout", {})),
        "## Storms of joins",
        _storms(found),
        "## A start",
        _start(found.get("sizes", {})),
        "## A replica alone",
        _replica(found.get("replica", {})),
        "## A model for a million",
        _model(found),
        *(f"![{name}]({name})" for name in plots(folder, found)),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    (folder / "report.md").write_text(text, encoding="utf-8")
    return summary


def _replica(part: Found) -> str:
    if "people" not in part:
        return "Measured with `--full` alone."
    return (
        f"{part['people']:,} people in one process without sockets: {part['seconds']} s, "
        f"{part['cpu_us_per_arrival_first']} µs of CPU for each of the first and "
        f"{part['cpu_us_per_arrival_last']} µs for each of the last, {part['rss_mib']} MiB "
        f"({part['bytes_per_person']} bytes each). One change then takes "
        f"{part['cpu_us_per_change']} µs: {part['cpu_us_decide']} to decide, "
        f"{part['cpu_us_roster']} to keep groups in order, {part['cpu_us_look']} to look, "
        f"{part['cpu_us_diff']} to compare.\n\n"
        + " ".join(
            f"Compressed, a {name} of {one['bytes']:,} bytes would be {one['compressed']:,}, for "
            f"{one['cpu_us']} µs."
            for name, one in part.get("compression", {}).items()
        )
    )


def _model(found: Found) -> str:
    try:
        return model(found)
    except KeyError as lacking:
        return f"Not fitted: the results lack {lacking}."


def _machine(found: Found) -> str:
    machine = found.get("machine", {})
    return (
        f"{machine.get('cores')} cores of {machine.get('processor')}, {machine.get('system')}, "
        f"Python {machine.get('python')}; load of the machine {machine.get('load_before'):.1f} "
        f"before; {found.get('took_s', 0):.0f} s in all."
    )


def _troubles(found: Found) -> str:
    """List what could not be measured, and why."""
    lines = []
    for name, part in found.items():
        if isinstance(part, Mapping) and part.get("trouble"):
            how = "cut short" if len(part) > LEAST_KEYS else "not measured"
            lines.append(f"- {how}: {name} ({part['trouble']})")
    promote = found.get("promote", {})
    lines += [f"- left out: {name} ({why})" for name, why in promote.get("failed", {}).items()]
    lines += [
        f"- stopped half-way: {name} ({one['trouble']})"
        for name, one in promote.get("contenders", {}).items()
        if one.get("trouble")
    ]
    return "\n".join(lines)


def _contenders(part: Found) -> str:
    head = (
        "| | watchers | CPU per delivery, µs | bytes | p50, ms | p99, ms | 200 at once, CPU ms | "
        "messages to each | CPU per join, ms | KiB per connection | client's headroom |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|"
    )
    lines = [head]
    for name, one in part.get("contenders", {}).items():
        cpu = one["cpu_us"]
        cells = (
            name,
            one["members"],
            f"{cpu['median']:.2f} ({cpu['least']:.2f} to {cpu['most']:.2f})",
            one["frame_bytes"],
            one["p50_ms"],
            one["p99_ms"],
            one.get("burst_cpu_ms", ""),
            one.get("burst_messages", ""),
            one.get("join_cpu_ms", ""),
            one.get("kib_per_connection", ""),
            f"{one['client_headroom']} ×",
        )
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) if len(lines) > 1 else ""


def _fanout(part: Found) -> str:
    if "fit" not in part:
        return "Measured with `--full` alone."
    lines = [
        f"{part['fit']['change_us'] / 1000:.2f} ms whoever watches, and "
        f"{part['fit']['delivery_us']:.2f} µs for each delivery: a line through the rooms in which "
        "all look at the same.",
        "",
        "| watchers | ways to look | CPU per change, ms | of it for each watcher, µs | times |",
        "|---|---|---|---|---|",
    ]
    # A room of a thousand who all look at the same belongs to both.
    more = [one for one in part["cohorts"].values() if one["cohorts"] > 1]
    for one in (*part["watchers"].values(), *more):
        cpu = one["cpu_us"]
        spread = f"{cpu['least'] / 1000:.2f} to {cpu['most'] / 1000:.2f}"
        cells = (
            f"{one['watchers']:,}",
            f"{one['cohorts']}",
            f"{cpu['median'] / 1000:.2f} ({spread})",
            f"{cpu['median'] / one['watchers']:.2f}",
            f"{cpu['of']}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _storms(found: Found) -> str:
    lines = [
        "| | people | CPU, s | CPU per join, ms | bytes | frames | until right, s | KiB each "
        "| times | client's headroom |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for part in STORMS:
        for name, sizes in found.get(part, {}).get("contenders", {}).items():
            for size, one in sizes.items():
                cells = (
                    name,
                    f"{int(size):,}",
                    f"{one['cpu_s']:.2f}",
                    f"{one['cpu_ms_per_join']:.2f}",
                    f"{one['wire_bytes']:,.0f}",
                    f"{one['frames']:,.0f}",
                    f"{one['seconds']:.2f}",
                    f"{one['kib_per_connection']:.1f}",
                    f"{one['cpu_s_spread']['of']}",
                    f"{one['client_headroom']} ×",
                )
                lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) if len(lines) > 2 else ""


def _start(part: Found) -> str:
    if "rooms" not in part:
        return ""
    people = max(part["rooms"], key=int)
    start = part["rooms"][people]["start"]
    lines = [
        f"A node takes {start['boot_cpu_s']} s of CPU to start, and opens a "
        f"room of {int(people):,} in {start['open_s']} s ({start['open_cpu_s']} s of CPU), "
        f"{start['made_of']['checkpoint_bytes']:,} bytes of checkpoint and "
        f"{start['made_of']['tail_records']} records after it:",
        "",
        "| step | CPU, s |",
        "|---|---|",
        *(f"| {one['step']} | {one['cpu_s']:.3f} |" for one in start["made_of"]["steps"]),
    ]
    return "\n".join(lines)
