"""What other languages are told about HTTP is what the routes say."""

import json
from pathlib import Path

import pytest

from protocol import schema
from server.edge.contract import OPENAPI_PATH, files


def test_the_files_in_the_repository_are_up_to_date() -> None:
    assert schema.stale(made=files) == [], "run: make schema"


def test_check_fails_until_the_paths_of_http_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schema.main(["--check"], tmp_path, files) == 1
    assert f"{OPENAPI_PATH} is out of date" in capsys.readouterr().err
    assert schema.main([], tmp_path, files) == 0
    assert schema.main(["--check"], tmp_path, files) == 0

    described = json.loads((tmp_path / OPENAPI_PATH).read_text(encoding="utf-8"))
    del described["paths"]["/entries"]
    (tmp_path / OPENAPI_PATH).write_text(schema.written(described), encoding="utf-8")
    assert schema.stale(tmp_path, files) == [OPENAPI_PATH]
