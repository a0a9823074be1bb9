"""The table of targets: what was asked for, what was measured, and how far repeats lie apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One target.

    Args:
        value: what was measured; None where nothing was.
        most: what it may be at most.
        noise: the least and the most of single repetitions, or why there is no value.
    """

    work: str
    unit: str
    most: float
    value: float | None
    noise: str

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
    work = f"a role change to {_crowd(part)}: CPU per delivery, of that of "
    for name, most in (
        ("limit (C)", 1.2),
        ("Starlette loop", 0.45),
        ("Socket.IO", 0.65),
    ):
        yield _ratio_row(work + name, most, ratios.get(name), part)
    for name in ratios:
        if name not in ("limit (C)", "Starlette loop", "Socket.IO"):
            yield _ratio_row(work + name, 1.0, ratios[name], part)


def _ratio_row(work: str, most: float, ratio: Found | None, part: Found) -> Row:
    if not ratio:
        return missing(work, "×", most, part)
    return Row(work=work, unit="×", most=most, value=ratio["median"], noise=_spread(ratio))


def _bursts(found: Found) -> Iterable[Row]:
    work = "a burst of 200 changes: CPU until all hold the last, of that of "
    part = found.get("promote", {})
    contenders = part.get("contenders", {})
    own = contenders.get("usher", {})
    others = {
        name: one["burst_cpu_ms"] / one["members"]
        for name, one in contenders.items()
        if name != "usher" and "burst_cpu_ms" in one
    }
    if "burst" not in own or not others:
        yield missing(work + "the best peer", "×", 0.1, part)
        return
    # For each watcher, as some have fewer.
    best = sorted(others, key=lambda name: others[name])
    each = [name for name in best if contenders[name]["tells_each"]]
    for name in dict.fromkeys((best[0], *each[:1])):
        ratio = {
            key: own["burst"][key] / own["members"] / others[name]
            for key in ("median", "least", "most")
        } | {"of": own["burst"]["of"]}
        yield _ratio_row(f"{work}{name}, the best peer{_kind(contenders[name])}", 0.1, ratio, part)


def _kind(one: Found) -> str:
    return " that tells each change" if one["tells_each"] else ""


def _storms(found: Found) -> Iterable[Row]:
    own_part, other_part = found.get("storm", {}), found.get("storm of rivals", {})
    own = own_part.get("contenders", {}).get("usher", {})
    rivals = other_part.get("contenders", {})
    sizes = set(own) & {size for one in rivals.values() for size in one}
    if not sizes:
        yield missing("a storm of joins, of the best peer", "×", 0.1, other_part or own_part)
        return
    size = max(sizes, key=int)
    for name, runs in rivals.items():
        for what, words in (("cpu_s", "CPU"), ("wire_bytes", "bytes"), ("seconds", "time")):
            mine, theirs = own[size][f"{what}_spread"], runs[size][f"{what}_spread"]
            ratio = {
                "median": mine["median"] / theirs["median"],
                "least": mine["least"] / theirs["most"],
                "most": mine["most"] / theirs["least"],
                "of": theirs["of"],
            }
            work = f"a storm of {int(size):,} joins: {words}, of that of {name}"
            yield _ratio_row(work, 0.1, ratio, other_part)


def _flatness(found: Found) -> Iterable[Row]:
    work = "CPU per join, the dearest size to the cheapest, 500 to 10,000"
    costs: dict[int, float] = {}
    for name in ("storm", "largest storm"):
        runs = found.get(name, {}).get("contenders", {}).get("usher", {})
        costs |= {int(size): one["cpu_ms_per_join"] for size, one in runs.items()}
    if len(costs) < 2:
        yield missing(work, "×", 1.3, found.get("storm", {}))
        return
    told = ", ".join(f"{size:,}: {costs[size]:.2f} ms" for size in sorted(costs))
    value = max(costs.values()) / min(costs.values())
    yield Row(work=work, unit="×", most=1.3, value=value, noise=told)


def _latency(found: Found) -> Iterable[Row]:
    part = found.get("promote", {})
    work = f"a role change, sent to last of {_crowd(part)}: p99, of one round of the limit (p50)"
    own = part.get("contenders", {}).get("usher")
    least = part.get("contenders", {}).get("limit (C)")
    if not own or not least:
        yield missing(work, "×", 1.5, part)
        return
    noise = f"ours p50 {own['p50_ms']} ms, p99 {own['p99_ms']} ms; limit p50 {least['p50_ms']} ms"
    value = own["p99_ms"] / least["p50_ms"]
    yield Row(work=work, unit="×", most=1.5, value=value, noise=noise)


def _memory(found: Found) -> Iterable[Row]:
    work = "memory per idle connection, its person included"
    part = found.get("storm", {})
    runs = part.get("contenders", {}).get("usher", {})
    if not runs:
        yield missing(work, "KiB", 16, part)
        return
    spread = runs[max(runs, key=int)]["kib_per_connection_spread"]
    value = spread["median"]
    yield Row(work=work, unit="KiB", most=16, value=value, noise=_spread(spread))
    contenders = found.get("promote", {}).get("contenders", {})
    peers = {n: one["kib_per_connection"] for n, one in contenders.items() if one.get("peer")}
    if peers:
        name = min(peers, key=lambda one: peers[one])
        work = f"the same, of the least of the peers ({name}, {peers[name]} KiB)"
        yield Row(work=work, unit="×", most=1.0, value=value / peers[name], noise="once")


def _sizes(found: Found) -> Iterable[Row]:
    part = found.get("sizes", {})
    work = "CPU per change, the largest room to one of 100"
    if "rooms" not in part:
        yield missing(work, "×", 1.3, part)
        return
    first, *_, last = sorted(part["rooms"], key=int)
    small, large = part["rooms"][first], part["rooms"][last]
    least = large["cpu_us_least"] / small["cpu_us_most"]
    most = large["cpu_us_most"] / small["cpu_us_least"]
    noise = f"{least:.3g} to {most:.3g}, {part['repeats']} times; {int(last):,} to {int(first):,}"
    yield Row(work=work, unit="×", most=1.3, value=part["largest_to_smallest"], noise=noise)


def _looks(found: Found) -> Iterable[Row]:
    part = found.get("sizes", {})
    works = ("a large room opened by one more moderator: CPU", "the same: bytes to the first view")
    if "rooms" not in part:
        yield missing(works[0], "ms", 5, part)
        yield missing(works[1], "kB", 20, part)
        return
    look = part["rooms"][max(part["rooms"], key=int)]["look"]
    noise = f"{look['cpu_ms_least']} to {look['cpu_ms_most']}, {look['of']} times"
    yield Row(work=works[0], unit="ms", most=5, value=look["cpu_ms"], noise=noise)
    yield Row(
        work=works[1], unit="kB", most=20, value=look["bytes"] / 1000, noise="the same each time"
    )


def _slow(found: Found) -> Iterable[Row]:
    part = found.get("slow", {})
    works = (
        f"one slow reader among {_crowd(part)}: the others' p99, of that without",
        "what is kept for it, the kernel's part included",
    )
    if "p99_ratio" not in part:
        yield missing(works[0], "×", 1.1, part)
        return
    noise = f"p99 {part['without']['p99_ms']} ms without, {part['with']['p99_ms']} ms with"
    yield Row(work=works[0], unit="×", most=1.1, value=part["p99_ratio"], noise=noise)
    kept = part["kept_bytes"] / 1024
    noise = f"{part['kept_by_kernel_bytes'] / 1024:.0f} KiB of it in the kernel"
    yield Row(work=works[1], unit="KiB", most=256, value=kept, noise=noise)
