"""What docs/deploy holds is read by the linters and schemas of those who will run it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from protocol.errors import ErrorCode
from tests.edge.house import opened_house

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
ROOT = DEPLOY.parents[1]
UNITS = sorted(DEPLOY.glob("*.service"))
BIN = Path(sys.executable).parent


def ran(*command: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_has_no_fault_that_a_linter_knows() -> None:
    ran(str(BIN / "hadolint"), str(DEPLOY / "Dockerfile"))


def test_the_image_is_made_of_what_there_is_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    allowed = set((DEPLOY / "Dockerfile.dockerignore").read_text().splitlines())
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source.partition('/')[0]}" in allowed, source
    assert re.search(r"^USER 10001$", text, re.MULTILINE)


def test_compose_fits_the_specification() -> None:
    command = (str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec")
    ran(*command, str(DEPLOY / "compose.yaml"))


def kubernetes() -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))


@pytest.mark.parametrize("resource", kubernetes(), ids=lambda one: str(one["kind"]))
def test_kubernetes_takes_each_resource(resource: Any) -> None:
    kubernetes_validate.validate(resource, "1.31", strict=True)


def test_a_pod_is_given_the_time_to_let_its_clients_go() -> None:
    [spec] = [one["spec"] for one in kubernetes() if one["kind"] == "Deployment"]
    pod = spec["template"]["spec"]
    [container] = pod["containers"]
    assert pod["terminationGracePeriodSeconds"] > 15
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert pod["securityContext"]["runAsNonRoot"] is True


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.name)
def test_a_unit_says_only_what_systemd_knows(unit: Path) -> None:
    done = subprocess.run(
        (str(shutil.which("systemd-analyze")), "verify", "--man=no", str(unit)),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if unit.name.partition("@")[0] in line]
    # The program is not installed where this is tested; everything else has to be right.
    assert [one for one in said if "usher is not executable" not in one] == []
    text = unit.read_text()
    assert "ExecStart=/opt/usher/bin/usher serve" in text
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[0]) > 15


@pytest.fixture
async def figures(tmp_path: Path) -> set[str]:
    """Read the names of all figures that a server shows."""
    async with opened_house(tmp_path) as house:
        browser = await house.browser()
        page = (await browser.http.get(f"{house.url}/metrics")).text
    names = {"up"}
    for family in text_string_to_metric_families(page):
        names |= {family.name, f"{family.name}_total", f"{family.name}_bucket"}
    return names


def expressions() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((DEPLOY / "grafana.json").read_text())
    return found + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


async def test_rules_and_dashboard_ask_only_for_figures_that_there_are(figures: set[str]) -> None:
    for expression in expressions():
        promql_parser.parse(expression)
        asked = set(re.findall(r"\b(?:usher|process)_[a-z_]+\b|\bup\b", expression))
        assert asked
        assert asked <= figures, asked - figures


def test_rules_name_only_codes_that_there_are() -> None:
    asked = re.findall(r'code=~?"([a-z_|]+)"', "\n".join(expressions()))
    assert asked
    for codes in asked:
        for code in codes.split("|"):
            assert ErrorCode(code)
