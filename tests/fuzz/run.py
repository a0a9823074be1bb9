"""One target under libFuzzer: `python -m tests.fuzz.run TARGET FOLDER OPTION…`.

Ends its process, with 77 when something was found; `python -m tests.fuzz` starts it. It follows
the branches of our own modules (atheris), so that an input which leads to a new one is kept and
bent further.

Source: https://llvm.org/docs/LibFuzzer.html, Options.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import atheris

Target = Callable[[bytes], None]


def target_of(name: str, folder: Path) -> Target:
    """Get a target ready, and only then import what it tries: the rest would be followed too."""
    with atheris.instrument_imports(include=["protocol", "server", "tests.fuzz.planted"]):
        if name == "planted":
            return import_module("tests.fuzz.planted").planted  # type: ignore[no-any-return]
        if name == "lines":
            return import_module("tests.fuzz.lines").Lines(folder)  # type: ignore[no-any-return]
        targets = import_module("tests.fuzz.targets")
    if name == "all":
        return targets.any_of(targets.TARGETS)  # type: ignore[no-any-return]
    return targets.TARGETS[name]  # type: ignore[no-any-return]


def main() -> None:
    """Fuzz."""
    name, folder, *options = sys.argv[1:]
    run = target_of(name, Path(folder))
    atheris.Setup([sys.argv[0], *options, folder + "/new", folder + "/seeds"], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
