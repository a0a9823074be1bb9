"""How taking part can fail, for programs that use the client. Each error carries facts."""

from protocol.errors import ErrorCode
from protocol.messages import Problem


class Refused(Exception):
    """The server said no, to a command or to being connected.

    Args:
        problem: what the server said.
    """

    def __init__(self, problem: Problem) -> None:
        """Keep the facts."""
        super().__init__(problem)
        self.problem = problem

    @property
    def code(self) -> ErrorCode:
        """The stable name of the refusal."""
        return self.problem.code

    @property
    def again(self) -> bool:
        """The same try may work later without anybody doing anything."""
        return self.problem.again

    @property
    def retry_after_ms(self) -> int | None:
        """When to try again, if the server said so."""
        return self.problem.retry_after_ms

    def __str__(self) -> str:
        """Say it in the server's words."""
        return f"{self.problem.sentence} ({self.problem.code.value})"


class Over(Exception):
    """The client was closed, or lost its socket and was not to come back."""

    def __str__(self) -> str:
        """Say so."""
        return "this client is not connected any more and does not come back"


class Unreachable(TimeoutError):
    """No connection came about in time.

    Args:
        attempts: how many were made.
        cause: why the last one failed, if one did.
    """

    def __init__(self, attempts: int, cause: Exception | None) -> None:
        """Keep the facts."""
        super().__init__(attempts, cause)
        self.attempts = attempts
        self.cause = cause

    def __str__(self) -> str:
        """Say how often it was tried, and what happened last."""
        return f"no connection in {self.attempts} attempts; the last one: {self.cause!r}"


class TooManyPending(Exception):
    """Too many commands wait for their replies; this one was not sent.

    Args:
        limit: how many may wait.
    """

    def __init__(self, limit: int) -> None:
        """Keep the fact."""
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        """Say so."""
        return f"{self.limit} commands wait for their replies already"


class StillPending(Exception):
    """This command id waits for the reply to another command; this one was not sent."""

    def __str__(self) -> str:
        """Say so."""
        return "another command with this id waits for its reply"
