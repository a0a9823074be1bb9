"""The bill of materials holds every package of the lock files, each with a hash."""

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.sbom import ROOT, bill


def test_it_passes_the_strict_validator_of_the_standard() -> None:
    bom = bill()
    assert bom["specVersion"] == SchemaVersion.V1_6.to_version()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is None

    bom["components"][0]["colour"] = "red"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is not None


def test_every_locked_package_is_in_the_bill_once_with_its_hashes() -> None:
    components = bill()["components"]
    refs = [one["bom-ref"] for one in components]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lock if "==" in line and not line.startswith((" ", "#"))]

    assert len(refs) == len(set(refs))
    assert sum(ref.startswith("pkg:pypi/") for ref in refs) == len(pinned)
    assert any(ref.startswith("pkg:npm/lit@") for ref in refs)
    assert all(one["properties"] for one in components)
