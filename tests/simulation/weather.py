"""What goes wrong in one run, drawn from its seed: how often, how long, to whom."""

from dataclasses import dataclass, replace
from typing import Literal

from tests.simulation.chance import Random

Fate = Literal["well", "refused", "request lost", "answer lost"]


@dataclass
class Weather:
    """How often things go wrong. Rates are from 0 to 1, times in seconds.

    Args:
        refused: a question to the store is refused.
        request_lost: it never arrives; nobody hears of that.
        answer_lost: it was done, and nobody hears of that.
        slow: a message is on its way for as long as `slow_s`, and others overtake it.
        hint_lost, hint_repeated: what becomes of hints; they are late as messages are.
        trouble_s: between two blows to a node.
        skew_ms: by how much clocks differ at most.
        checkpoint_every, keep_records: how soon a log is trimmed, and how much of it is left for
            replicas that lag.
    """

    refused: float = 0.0
    request_lost: float = 0.0
    answer_lost: float = 0.0
    slow: float = 0.0
    slow_s: float = 1.0
    hint_lost: float = 0.0
    hint_repeated: float = 0.0
    trouble_s: float = 1e9
    skew_ms: int = 0
    checkpoint_every: int = 25
    keep_records: int = 20

    @classmethod
    def drawn(cls, random: Random) -> "Weather":
        """Some days are fair, so that what fails there is not lost in the noise."""
        if random.random() < 0.1:
            return cls()
        kind = random.choice((0.0, 0.01, 0.03, 0.1))
        return cls(
            refused=kind * random.random(),
            request_lost=0.5 * kind * random.random(),
            answer_lost=kind * random.random(),
            slow=random.choice((0.0, 0.02, 0.2)),
            slow_s=random.choice((0.1, 1.0, 15.0)),
            hint_lost=random.choice((0.0, 0.1, 0.5, 1.0)),
            hint_repeated=random.choice((0.0, 0.3)),
            trouble_s=random.choice((4.0, 10.0, 25.0)),
            skew_ms=random.choice((0, 50, 2_000)),
            checkpoint_every=random.choice((5, 25)),
            keep_records=random.choice((0, 3, 20)),
        )

    def fate(self, random: Random) -> Fate:
        """Say what becomes of one question to the store."""
        chance = random.random()
        for fate, rate in (
            ("refused", self.refused),
            ("request lost", self.request_lost),
            ("answer lost", self.answer_lost),
        ):
            if chance < rate:
                return fate  # type: ignore[return-value]
            chance -= rate
        return "well"

    def travel_s(self, random: Random) -> float:
        """Say how long a message is on its way."""
        if random.random() < self.slow:
            return random.random() * self.slow_s
        return 0.0005 + 0.003 * random.random()

    def clear(self) -> None:
        """Let the storm pass; clocks and logs stay as they are."""
        fair = replace(
            Weather(),
            skew_ms=self.skew_ms,
            checkpoint_every=self.checkpoint_every,
            keep_records=self.keep_records,
        )
        self.__dict__.update(fair.__dict__)
