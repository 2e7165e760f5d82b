"""The manifests of deploy/kubernetes: they fit the published schemas, and the worker and its image."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tools import checked, judged
from worker.config.loading import load
from worker.config.settings import GROUPS, HttpSettings
from worker.ledger.postgresql import PREPARATION_SECONDS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy/kubernetes"
FILES = ("sqlite.yaml", "postgresql.yaml")
NAME = "camunda-bitrix-worker"
VERSIONS = ("1.28", "1.37")
"""Of the schemas: an old one and the newest that the validator has."""
every_file = pytest.mark.parametrize("file", FILES)


def objects(file: str) -> dict[str, dict[str, Any]]:
    """What the file makes, by kind."""
    found = list(yaml.safe_load_all((FOLDER / file).read_text("utf-8")))
    assert len({one["kind"] for one in found}) == len(found)
    return {one["kind"]: one for one in found}


def pod(file: str) -> dict[str, Any]:
    spec: dict[str, Any] = objects(file)["Deployment"]["spec"]["template"]["spec"]
    return spec


def container(file: str) -> dict[str, Any]:
    (one,) = pod(file)["containers"]
    found: dict[str, Any] = one
    return found


@every_file
@pytest.mark.parametrize("version", VERSIONS)
def test_it_fits_the_published_schemas(file: str, version: str) -> None:
    checked("kubernetes-validate", "--strict", "-k", version, FOLDER / file)


def test_a_misspelt_key_is_found_by_them(tmp_path: Path) -> None:
    text = (FOLDER / FILES[0]).read_text("utf-8")
    (tmp_path / "bad.yaml").write_text(text.replace("livenessProbe", "livelinessProbe"), "utf-8")
    code, said = judged("kubernetes-validate", "--strict", "-k", VERSIONS[1], tmp_path / "bad.yaml")
    assert code != 0
    assert "livelinessProbe" in said


@every_file
def test_it_has_all_that_it_needs(file: str) -> None:
    common = {"ConfigMap", "Deployment", "Service", "NetworkPolicy"}
    more = {"sqlite.yaml": {"PersistentVolumeClaim"}, "postgresql.yaml": {"PodDisruptionBudget"}}
    assert objects(file).keys() == common | more[file]
    assert {one["metadata"]["name"] for one in objects(file).values()} == {NAME}


def test_two_workers_never_share_a_file() -> None:
    spec = objects("sqlite.yaml")["Deployment"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    (ledger,) = [one for one in pod("sqlite.yaml")["volumes"] if "persistentVolumeClaim" in one]
    (mount,) = [one for one in container("sqlite.yaml")["volumeMounts"] if one["name"] == ledger["name"]]
    url = objects("sqlite.yaml")["ConfigMap"]["data"]["LEDGER_URL"]
    assert url.removeprefix("sqlite:///").rpartition("/")[0] == mount["mountPath"]


def test_several_workers_share_a_database_and_do_not_start_without_it() -> None:
    spec = objects("postgresql.yaml")["Deployment"]["spec"]
    assert spec["replicas"] > 1
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert "LEDGER_URL" not in objects("postgresql.yaml")["ConfigMap"]["data"]
    assert _from_secret("postgresql.yaml") == {"BITRIX_WEBHOOK_URL", "LEDGER_URL"}
    assert objects("postgresql.yaml")["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1


def _from_secret(file: str) -> set[str]:
    """The settings without which the pod does not start: files of the secret, not even optional."""
    (secrets,) = [one["secret"] for one in pod(file)["volumes"] if "secret" in one]
    (mount,) = [one for one in container(file)["volumeMounts"] if one["name"] == "secrets"]
    assert (secrets["secretName"], secrets["defaultMode"], mount["readOnly"]) == (NAME, 0o440, True)
    assert "optional" not in secrets
    files = {one["name"]: one["value"] for one in container(file)["env"] if one["value"]}
    names = {one["key"] for one in secrets["items"]}
    assert files == {f"{name}_FILE": f"{mount['mountPath']}/{name}" for name in names}
    assert container(file)["envFrom"] == [{"configMapRef": {"name": NAME}}]
    return names


def _environment(file: str, folder: Path, secrets: dict[str, str]) -> dict[str, str]:
    """What the worker finds in its pod, the image's own variables included, with the secret's files in `folder`."""
    (ledger,) = re.findall(r"^ENV LEDGER_URL=(.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for name, value in secrets.items():
        (folder / name).write_text(value, "utf-8")
        (folder / name).chmod(0o440)
    given = {one["name"]: one["value"] for one in container(file)["env"]}
    files = {name: str(folder / value.rpartition("/")[2]) if value else value for name, value in given.items()}
    data: dict[str, str] = objects(file)["ConfigMap"]["data"]
    return {"LEDGER_URL": ledger} | data | files


@every_file
def test_its_settings_exist_and_its_secrets_are_in_no_file(file: str, tmp_path: Path) -> None:
    data = dict(objects(file)["ConfigMap"]["data"])
    (tmp_path / "config.yaml").write_text(data.pop("config.yaml"), "utf-8")
    script = (FOLDER / file).read_text("utf-8").partition("\napiVersion")[0].replace("\\\n#", "")
    (create,) = [line for line in re.findall(r"^#   (.*)$", script, re.M) if "create secret" in line]
    filled_in = create.replace(":password@", ":gv7-kqp2@")  # as it stands, its use is warned of
    secrets = dict(word.removeprefix("--from-literal=").split("=", 1) for word in shlex.split(filled_in) if "=" in word)
    assert secrets.keys() == _from_secret(file)
    names = {f"{group}_{field}".upper() for group, model in GROUPS.items() for field in model.model_fields} | {"TZ"}
    assert data.keys() | secrets.keys() <= names
    environment = _environment(file, tmp_path, secrets)
    del environment["config.yaml"]
    loaded = load(tmp_path / "config.yaml", environment)
    assert not loaded.warnings
    assert loaded.ledger.url == secrets.get("LEDGER_URL", data.get("LEDGER_URL"))
    assert data["CAMUNDA_WORKER_ID"], "the name of a pod changes"


@every_file
def test_it_is_asked_whether_it_lives_and_whether_it_is_ready(file: str) -> None:
    one = container(file)
    (port,) = one["ports"]
    assert (port["name"], port["containerPort"]) == ("http", HttpSettings().port)
    asked = {kind: one[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    paths = {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}
    assert asked == {kind: {"path": path, "port": "http"} for kind, path in paths.items()}
    assert objects(file)["ConfigMap"]["data"]["HTTP_HOST"] == "0.0.0.0"  # noqa: S104 - of the pod
    assert objects(file)["Service"]["spec"]["publishNotReadyAddresses"] is True


@every_file
def test_it_may_do_no_more_than_it_must(file: str) -> None:
    (user,) = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    context = pod(file)["securityContext"]
    assert (str(context["runAsUser"]), str(context["runAsGroup"])) == user
    assert context["runAsNonRoot"] is True
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(file)["automountServiceAccountToken"] is False
    assert container(file)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@every_file
def test_everything_finds_its_pods_and_a_stop_has_the_time_that_it_may_take(file: str) -> None:
    made = objects(file)
    labels = made["Deployment"]["spec"]["template"]["metadata"]["labels"]
    chosen = [
        made["Deployment"]["spec"]["selector"]["matchLabels"],
        made["Service"]["spec"]["selector"],
        made["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        *[one["spec"]["selector"]["matchLabels"] for kind, one in made.items() if kind == "PodDisruptionBudget"],
    ]
    assert all(one == labels for one in chosen)
    assert pod(file)["terminationGracePeriodSeconds"] > 12
    assert pod(file)["enableServiceLinks"] is False


@every_file
def test_it_may_reach_dns_engine_portal_and_database_only(file: str) -> None:
    rules = objects(file)["NetworkPolicy"]["spec"]
    ports = {port["port"] for rule in rules["egress"] for port in rule["ports"]}
    assert ports == {53, 8080, 443} | ({5432} if file == "postgresql.yaml" else set())
    assert [port["port"] for rule in rules["ingress"] for port in rule["ports"]] == [HttpSettings().port]
    assert all("from" in rule for rule in rules["ingress"])


def test_both_files_say_the_same_of_what_they_share() -> None:
    sqlite, postgresql = (objects(file) for file in FILES)
    assert sqlite["Service"] == postgresql["Service"]
    ours, theirs = (container(file) for file in FILES)
    assert ours.keys() == theirs.keys()
    assert {key: ours[key] for key in ours if key not in ("env", "volumeMounts")} == {
        key: theirs[key] for key in ours if key not in ("env", "volumeMounts")
    }


@every_file
def test_no_probe_interrupts_the_upgrade_of_a_large_ledger(file: str) -> None:
    """Kubernetes would kill it, and the next start would begin anew, for ever."""
    probe = container(file)["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > PREPARATION_SECONDS
