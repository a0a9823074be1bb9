"""What docs/deploy holds is read by the linters and schemas of those who will run it."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from protocol.errors import ErrorCode
from tests import checkout
from tests.edge.house import opened_house

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
ROOT = DEPLOY.parents[1]
UNITS = sorted(DEPLOY.glob("*.service"))
BIN = Path(sys.executable).parent
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
DURATION = {"type": "string", "pattern": r"^(\d+(ms|[smhdwy]))+$"}
LABELS = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"},
    "additionalProperties": {"type": "string"},
}
RULE = {
    "type": "object",
    "required": ["alert", "expr", "labels", "annotations"],
    "additionalProperties": False,
    "properties": {
        "alert": {"type": "string", "pattern": "^[A-Z][A-Za-z]+$"},
        "expr": {"type": "string"},
        "for": DURATION,
        "keep_firing_for": DURATION,
        "labels": LABELS,
        "annotations": LABELS,
    },
}
GROUP = {
    "type": "object",
    "required": ["name", "rules"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "interval": DURATION,
        "rules": {"type": "array", "minItems": 1, "items": RULE},
    },
}
RULES = {
    "type": "object",
    "required": ["groups"],
    "additionalProperties": False,
    "properties": {"groups": {"type": "array", "minItems": 1, "items": GROUP}},
}
"""Files of alerting rules. Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/"""


def ran(*command: str, cwd: Path = ROOT) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_has_no_fault_that_a_linter_knows() -> None:
    ran(str(BIN / "hadolint"), str(DEPLOY / "Dockerfile"))


def is_named(path: PurePosixPath, pattern: str) -> bool:
    anywhere = pattern.removeprefix("**/")
    if anywhere != pattern:
        return path.match(anywhere)
    return PurePosixPath("/", path).match(f"/{pattern}")


def is_sent(path: PurePosixPath) -> bool:
    """Say whether a builder gets a file: the last line decides that names it or a folder of it."""
    found = True
    for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines():
        if any(is_named(one, line.removeprefix("!")) for one in (path, *path.parents[:-1])):
            found = line.startswith("!")
    return found


@cache
def sent() -> list[PurePosixPath]:
    return [path for path in checkout.files() if is_sent(path)]


def laid_out(stage: str, into: Path) -> tuple[Path, list[str]]:
    """Copy what a stage copies; give the folder in which it ends, and what it would run."""
    [text] = re.findall(rf"^FROM \S+ AS {stage}$(.*?)^FROM ", DOCKERFILE, re.M | re.S)
    here, commands = PurePosixPath("/"), []
    for word, rest in re.findall(r"^([A-Z]+) (.+)$", text, re.MULTILINE):
        if word == "WORKDIR":
            here /= rest
        elif word == "RUN":
            commands.append(rest)
        else:
            assert word == "COPY"
            *sources, target = rest.split()
            assert target.endswith("/")  # a folder, so that a file keeps its name
            to = into / (here / target).relative_to("/")
            for source in sources:
                for path in (one for one in sent() if one.is_relative_to(source)):
                    below = path.relative_to(source)
                    checkout.copy(path, to / (below if below.name else path.name))
    return into / here.relative_to("/"), commands


def test_the_image_is_made_of_what_there_is_and_runs_as_nobody_in_particular() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    sources += re.findall(r"--mount=type=bind,source=([^,]+)", DOCKERFILE)
    for source in sources:
        assert any(path.is_relative_to(source) for path in sent()), source
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["data/keys.json", "web/dist/index.html", "server/edge/__pycache__/edge.pyc", ".git/x"]
)
def test_no_key_and_nothing_that_was_built_elsewhere_is_sent_to_the_builder(name: str) -> None:
    assert not is_sent(PurePosixPath(name))


def test_the_pages_are_built_of_what_their_stage_copies_and_that_is_no_more_than_needed(
    tmp_path: Path,
) -> None:
    web, [install, build] = laid_out("pages", tmp_path)
    beside = {path.relative_to(web.parent) for path in web.parent.rglob("*") if path.is_file()}
    guides = (ROOT / "web" / "build" / "guides.ts").read_text(encoding="utf-8")
    needed = {Path(name) for name in re.findall(r'^  "\S+": "(\S+)",$', guides, re.MULTILINE)}
    assert needed <= beside
    assert [path for path in beside - needed if path.parts[0] != "web"] == []

    assert install.startswith("npm ci ")
    checkout.link(ROOT / "web" / "node_modules", web / "node_modules")
    ran(*shlex.split(build), cwd=web)
    for made in ("docs.html", "module/participants-tab.js", "client/types/client/index.d.ts"):
        assert (web / "dist" / made).is_file(), made


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
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]] + dashboard()


def dashboard() -> list[str]:
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_the_rules_have_no_field_that_prometheus_does_not_know() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())
    Draft202012Validator(RULES).validate(rules)

    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    assert len(names) == len(set(names))
    rules["groups"][0]["rules"][0]["For"] = "30s"
    assert not Draft202012Validator(RULES).is_valid(rules)


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
