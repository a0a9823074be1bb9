"""Puts the code of `protocol/` and `protocol/client/` under the one name `usher_client`.

In the repository the words on the wire stand beside the server, which needs them as well, under a
name that is fit for that and for nobody's site-packages. Code that is the same cannot drift apart.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "usher_client"
WORKSHOP = ("__init__.py", "asyncapi.py", "schema.py", "typescript.py")
"""What makes files for other languages, and belongs to no client."""
_NAMED = re.compile(r"\bprotocol(?:\.client)?(?!\.md\b)(?=\.[a-z]| import )")


class OneName(BuildHookInterface[Any]):
    """Adds the package to a wheel or a source package."""

    _made: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the package beside the build, unless it came with the source package."""
        if version == "editable":
            raise RuntimeError("not to be installed in place: import protocol.client there")
        if (Path(self.root) / PACKAGE).is_dir():
            return  # The builder finds it by its name.
        self._made = Path(tempfile.mkdtemp())
        write(Path(self.root).parents[1], self._made / PACKAGE)
        build_data["force_include"][str(self._made / PACKAGE)] = PACKAGE

    def finalize(self, *_about: Any) -> None:
        """Take away what was made."""
        if self._made is not None:
            shutil.rmtree(self._made)


def write(protocol: Path, into: Path) -> None:
    """Write the package.

    Args:
        protocol: the folder of the words on the wire, with `client/` in it.
        into: the folder of the package; there is none yet.
    """
    into.mkdir(parents=True)
    modules = [path for path in sorted(protocol.glob("*.py")) if path.name not in WORKSHOP]
    for path in (*modules, *sorted((protocol / "client").glob("*.py"))):
        text = _NAMED.sub(PACKAGE, path.read_text(encoding="utf-8"))
        (into / path.name).write_text(text, encoding="utf-8")
    (into / "py.typed").touch()
