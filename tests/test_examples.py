"""The examples in docstrings run."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import protocol
import server.core


def modules_of(package: ModuleType) -> list[str]:
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [module.name for module in found if not module.name.endswith("__main__")]


@pytest.mark.parametrize("name", [*modules_of(protocol), *modules_of(server.core)])
def test_the_examples_of_a_module_run(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
