"""The table of targets: what was asked for, what was measured, and how far repeats lie apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One target.

    Args:
        value: what was measured; None where nothing was.
        most: what it may be at most.
        noise: the least and the most of single repetitions, or why there is no value.
        seen: those two as numbers, where there were several.
    """

    work: str
    unit: str
    most: float
    value: float | None
    noise: str
    seen: tuple[float, float] | None = None

    @property
    def reach(self) -> tuple[float, float]:
        """Between what single repetitions lie; of a value that was taken once, itself."""
        return self.seen or (self.value or 0.0, self.value or 0.0)

    @property
    def verdict(self) -> str:
        """Say whether the target is reached."""
        if self.value is None:
            return "not measured"
        return "reached" if self.value <= self.most else "not reached"


def rows_of(found: Found) -> list[Row]:
    """Compare what was found with every target."""
    makers: Sequence[Callable[[Found], Iterable[Row]]] = (
        _deliveries,
        _bursts,
        _storms,
        _flatness,
        _latency,
        _memory,
        _sizes,
        _looks,
        _slow,
    )
    return [row for make in makers for row in make(found)]


def table(rows: Sequence[Row]) -> str:
    """Set it as Markdown, which a terminal shows as well."""
    lines = [
        "| work | target | measured | noise (least to most) | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        value = "—" if row.value is None else f"{row.value:.3g} {row.unit}"
        target = f"≤ {row.most:g} {row.unit}"
        lines.append(f"| {row.work} | {target} | {value} | {row.noise} | {row.verdict} |")
    return "\n".join(lines)


def missing(work: str, unit: str, most: float, part: Found) -> Row:
    """Tell a target of which nothing was measured, and why."""
    why = str(part.get("trouble", "")) or "nothing to compare with"
    return Row(work=work, unit=unit, most=most, value=None, noise=why)


def _spread(spread: Found) -> str:
    return f"{spread['least']:.3g} to {spread['most']:.3g}, {spread['of']} times"


def _crowd(part: Found) -> str:
    """Say how many watch, by the results; the target is for a thousand."""
    return f"{part.get('members', 1_000):,}"


def _deliveries(found: Found) -> Iterable[Row]:
    part = found.get("promote", {})
    ratios = part.get("ratios", {})
    targets = {"limit (C)": 1.2, "Starlette loop": 0.45, "Socket.IO": 0.65}
    for name in (*targets, *(name for name in ratios if name not in targets)):
        # Those who take minutes to let a thousand in are compared with as few of ours.
        crowd = _crowd(part.get("contenders", {}).get(name, part))
        work = f"a role change to {crowd}: CPU per delivery, of that of {name}"
        yield _ratio_row(work, targets.get(name, 1.0), ratios.get(name), part)


def _ratio_row(work: str, most: float, ratio: Found | None, part: Found) -> Row:
    if not ratio:
        return missing(work, "×", most, part)
    return _row(work, "×", most, ratio)


def _named(row: Row, name: str) -> Row:
    """Say who was the best: another may be in another run, and it is the same row."""
    return replace(row, noise=f"{row.noise}; {name}")


def _row(work: str, unit: str, most: float, found: Found) -> Row:
    """Make the row of a figure that was taken several times."""
    seen = (found["least"], found["most"])
    noise = _spread(found)
    return Row(work=work, unit=unit, most=most, value=found["median"], noise=noise, seen=seen)


def _bursts(found: Found) -> Iterable[Row]:
    work = "a burst of 200 changes: CPU until all hold the last, of that of "
    part = found.get("promote", {})
    contenders = part.get("contenders", {})
    own = contenders.get("usher", {})
    others = {
        name: one["burst_cpu_ms"] / one["members"]
        for name, one in contenders.items()
        if one.get("peer") and "burst_cpu_ms" in one
    }
    if "burst" not in own or not others:
        yield missing(work + "the best peer", "×", 0.1, part)
        return
    # For each watcher, as some have fewer.
    best = sorted(others, key=lambda name: others[name])
    each = [name for name in best if contenders[name]["tells_each"]]
    for name in dict.fromkeys((best[0], *each[:1])):
        ratio = _between(own["burst"], contenders[name]["burst"])
        scale = contenders[name]["members"] / own["members"]
        scaled = {key: scale * ratio[key] for key in ("median", "least", "most")}
        kind = _kind(contenders[name])
        row = _ratio_row(f"{work}the best peer{kind}", 0.1, {**ratio, **scaled}, part)
        yield _named(row, name)


def _between(own: Found, other: Found) -> Found:
    """Compare two figures that were each taken several times, at their furthest apart as well."""
    return {
        "median": own["median"] / other["median"],
        "least": own["least"] / other["most"],
        "most": own["most"] / other["least"],
        "of": min(own["of"], other["of"]),
    }


def _kind(one: Found) -> str:
    return " that tells each change" if one["tells_each"] else ""


def _storms(found: Found) -> Iterable[Row]:
    part = found.get("storm", {})
    runs = part.get("contenders", {})
    own = runs.get("usher", {})
    rivals = {name: sizes for name, sizes in runs.items() if name != "usher"}
    both = set(own) & {size for one in rivals.values() for size in one}
    if not both:
        yield missing("a storm of joins, of the best peer", "×", 0.1, part)
        return
    size = max(both, key=int)
    each = {name: one[size] for name, one in rivals.items() if name not in MERGING}
    for what, words in (("cpu_s", "CPU"), ("wire_bytes", "bytes"), ("seconds", "time")):
        best = min(each, key=lambda name: float(each[name][what]), default="")
        for name in (*([best] if best else []), *(name for name in rivals if name in MERGING)):
            ratio = _between(own[size][f"{what}_spread"], rivals[name][size][f"{what}_spread"])
            kind = "tells each" if name == best else "tells of many at once"
            work = f"a storm of {int(size):,} joins: {words}, of that of the best peer that {kind}"
            yield _named(_ratio_row(work, 0.1, ratio, part), name)


MERGING = frozenset({"colyseus"})
"""Peers that tell of many joins at once."""
MOST_FLAT = 10_000
"""Joins up to which the cost of one is to be the same."""


def _flatness(found: Found) -> Iterable[Row]:
    work = f"CPU per join, the dearest size to the cheapest, 500 to {MOST_FLAT:,}"
    costs: dict[int, Found] = {}
    for name in STORMS:
        runs = found.get(name, {}).get("contenders", {}).get("usher", {})
        costs |= {
            int(size): one["cpu_ms_per_join_spread"]
            for size, one in runs.items()
            if int(size) <= MOST_FLAT
        }
    if len(costs) < 2:
        yield missing(work, "×", 1.3, found.get("storm", {}))
        return
    told = ", ".join(
        f"{size:,}: {costs[size]['median']:.2f} ms ({costs[size]['of']} times)"
        for size in sorted(costs)
    )
    dear = max(costs.values(), key=lambda one: float(one["median"]))
    cheap = min(costs.values(), key=lambda one: float(one["median"]))
    ratio = _between(dear, cheap)
    seen = (ratio["least"], ratio["most"])
    yield Row(work=work, unit="×", most=1.3, value=ratio["median"], noise=told, seen=seen)


STORMS = ("small storm", "storm", "large storm", "largest storm")
"""The parts of a run in which people come as fast as they can."""


def _latency(found: Found) -> Iterable[Row]:
    part = found.get("latency", {})
    work = f"a role change, sent to last of {_crowd(part)}: p99, of one round of the limit (p50)"
    own = part.get("contenders", {}).get("usher")
    least = part.get("contenders", {}).get("limit (C)")
    if not own or not least:
        yield missing(work, "×", 1.5, part)
        return
    noise = f"ours p50 {own['p50_ms']} ms, p99 {own['p99_ms']} ms; limit p50 {least['p50_ms']} ms"
    value, each = own["p99_ms"] / least["p50_ms"], own["p99"]
    seen = (each["least"] / least["p50_ms"], each["most"] / least["p50_ms"])
    yield Row(work=work, unit="×", most=1.5, value=value, noise=noise, seen=seen)


def _memory(found: Found) -> Iterable[Row]:
    work = "memory per idle connection, its person included"
    part = found.get("storm", {})
    runs = part.get("contenders", {}).get("usher", {})
    if not runs:
        yield missing(work, "KiB", 16, part)
        return
    spread = runs[max(runs, key=int)]["kib_per_connection_spread"]
    value = spread["median"]
    yield _row(work, "KiB", 16, spread)
    contenders = found.get("promote", {}).get("contenders", {})
    peers = {n: one["kib_per_connection"] for n, one in contenders.items() if one.get("peer")}
    if peers:
        name = min(peers, key=lambda one: peers[one])
        work = "the same, of the least of the peers"
        row = Row(work=work, unit="×", most=1.0, value=value / peers[name], noise="once")
        yield _named(row, f"{name}, {peers[name]} KiB")


def _sizes(found: Found) -> Iterable[Row]:
    part = found.get("sizes", {})
    work = "CPU per change, the largest room to one of 100"
    if len(part.get("rooms", ())) < 2:
        yield missing(work, "×", 1.3, part)
        return
    first, *_, last = sorted(part["rooms"], key=int)
    small, large = part["rooms"][first], part["rooms"][last]
    least = large["cpu_us_least"] / small["cpu_us_most"]
    most = large["cpu_us_most"] / small["cpu_us_least"]
    noise = f"{least:.3g} to {most:.3g}, {part['repeats']} times; {int(last):,} to {int(first):,}"
    value = part["largest_to_smallest"]
    yield Row(work=work, unit="×", most=1.3, value=value, noise=noise, seen=(least, most))


def _looks(found: Found) -> Iterable[Row]:
    part = found.get("sizes", {})
    works = ("a large room opened by one more moderator: CPU", "the same: bytes to the first view")
    if "rooms" not in part:
        yield missing(works[0], "ms", 5, part)
        yield missing(works[1], "kB", 20, part)
        return
    look = part["rooms"][max(part["rooms"], key=int)]["look"]
    noise = f"{look['cpu_ms_least']} to {look['cpu_ms_most']}, {look['of']} times"
    seen = (look["cpu_ms_least"], look["cpu_ms_most"])
    yield Row(work=works[0], unit="ms", most=5, value=look["cpu_ms"], noise=noise, seen=seen)
    yield Row(
        work=works[1], unit="kB", most=20, value=look["bytes"] / 1000, noise="the same each time"
    )


def _slow(found: Found) -> Iterable[Row]:
    part = found.get("slow", {})
    works = (
        f"one slow reader among {_crowd(part)}: the others' p99, of that without",
        "what is kept for it, the kernel's part included",
        "views of what it missed that it is sent when it reads on",
    )
    if "p99_ratio" not in part:
        yield missing(works[0], "×", 1.1, part)
        return
    noise = f"p99 {part['without']['p99_ms']} ms without, {part['with']['p99_ms']} ms with"
    each = part["p99_ratios"]
    seen = (each["least"], each["most"])
    noise = f"{_spread(each)}; {noise}"
    yield Row(work=works[0], unit="×", most=1.1, value=part["p99_ratio"], noise=noise, seen=seen)
    kept, kernel = part["kept_kib"], part["kept_by_kernel_kib"]["median"]
    noise = f"{_spread(kept)}; {kernel:.0f} KiB of it in the kernel"
    seen = (kept["least"], kept["most"])
    # The most that was ever kept, as the bound is one for each and not for the median.
    yield Row(work=works[1], unit="KiB", most=256, value=kept["most"], noise=noise, seen=seen)
    views = part["views_after"]
    if not part["snapshots_after"]:
        yield missing(works[2], "", 1, {"trouble": "none came: it was cut off, or still behind"})
        return
    noise = f"{_spread(views)}; after {part['asked_snapshots']} it had asked for"
    seen = (views["least"], views["most"])
    yield Row(work=works[2], unit="", most=1, value=views["most"], noise=noise, seen=seen)
