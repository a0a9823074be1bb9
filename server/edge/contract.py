"""Write the whole contract: `python -m server.edge.contract [--check]`, or `make schema`.

These are the files of `protocol.schema`, and `docs/schema/usher.v1.openapi.json`: the paths of
HTTP, of which that floor knows nothing.
"""

import sys
from pathlib import Path
from typing import Final

from protocol import schema
from server.edge.openapi import document
from server.edge.operations import OPERATIONS

OPENAPI_PATH: Final = Path("docs") / "schema" / f"{schema.NAME}.openapi.json"


def files() -> dict[Path, str]:
    """Make the files: where they belong, and what stands in them."""
    described = document(OPERATIONS, schema.EXAMPLE)
    return schema.files() | {OPENAPI_PATH: schema.written(described)}


if __name__ == "__main__":
    sys.exit(schema.main(made=files))
