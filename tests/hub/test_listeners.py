"""Those who want to know of changes in a room without being in it."""

from server.hub.listeners import Listeners


def test_each_is_told_until_it_does_not_want_to_be() -> None:
    heard: list[str] = []
    listeners = Listeners()

    def ada() -> None:
        heard.append("ada")

    def bob() -> None:
        heard.append("bob")

    listeners.add(ada)
    listeners.add(bob)
    listeners.tell()
    listeners.discard(bob)
    listeners.discard(bob)
    listeners.tell()

    assert sorted(heard) == ["ada", "ada", "bob"]
    assert len(listeners) == 1


def test_one_that_goes_or_fails_while_it_is_told_harms_nobody() -> None:
    heard: list[str] = []
    listeners = Listeners()

    def leaving() -> None:
        listeners.discard(leaving)
        heard.append("leaving")

    def failing() -> None:
        raise RuntimeError

    listeners.add(leaving)
    listeners.add(failing)
    listeners.tell()
    listeners.tell()

    assert heard == ["leaving"]
