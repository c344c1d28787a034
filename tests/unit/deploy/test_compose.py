"""docker-compose.yml, as far as it can be checked without an engine."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
OURS = {"web": ["serve"], "relay": ["relay"], "worker": ["worker"]}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


def test_the_services_are_the_three_processes_and_their_two_servers(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {*OURS, "postgres", "valkey"}
    assert {name: services[name]["command"] for name in OURS} == OURS


@pytest.mark.parametrize("name", OURS)
def test_our_processes_run_without_rights_on_a_read_only_root(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert any(volume.endswith(":/var/lib/bascule") for volume in service["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_our_processes_start_when_both_servers_answer(compose: dict[str, Any], name: str) -> None:
    needs = compose["services"][name]["depends_on"]
    assert needs == {server: {"condition": "service_healthy"} for server in ("postgres", "valkey")}
    assert all("test" in compose["services"][server]["healthcheck"] for server in needs)


def test_only_webhooks_are_published_beyond_this_host(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }
    assert published == {"web": ["8400:8400", "127.0.0.1:8401:8401"]}
    assert compose["networks"]["inside"]["internal"] is True
    assert all(compose["services"][server]["networks"] == ["inside"] for server in ("postgres", "valkey"))


def test_the_broker_is_durable_and_never_forgets(compose: dict[str, Any]) -> None:
    command = compose["services"]["valkey"]["command"]
    given = dict(zip(command[1::2], command[2::2], strict=True))
    assert given["--appendonly"] == "yes"
    assert given["--maxmemory-policy"] == "noeviction"


def test_every_volume_is_declared_and_every_file_of_the_repository_exists(compose: dict[str, Any]) -> None:
    mounted = [volume.split(":")[0] for s in compose["services"].values() for volume in s.get("volumes", [])]
    assert {name for name in mounted if not name.startswith(".")} == set(compose["volumes"])
    for place in {name for name in mounted if name.startswith(".")} | _env_files(compose):
        assert (ROOT / place).exists() or _example_of(ROOT / place).exists(), place


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    assert all("environment" not in service for service in compose["services"].values())
    assert _env_files(compose) == {"deploy/bascule.env", "deploy/postgres.env"}


def test_every_image_is_pinned_by_a_tag(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += [
        line.split()[1]
        for line in (ROOT / "deploy/Dockerfile").read_text().splitlines()
        if line.startswith("FROM")
    ]
    assert all(":" in image and not image.endswith(":latest") for image in images)


def test_what_the_dockerfile_copies_is_what_the_builder_is_given() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text().splitlines()
    copied = {
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    given = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == given
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_does_not_run_as_root() -> None:
    users = [
        line for line in (ROOT / "deploy/Dockerfile").read_text().splitlines() if line.startswith("USER")
    ]
    assert users == ["USER 10001"]


def _env_files(compose: dict[str, Any]) -> set[str]:
    return {service["env_file"] for service in compose["services"].values() if "env_file" in service}


def _example_of(place: Path) -> Path:
    return {
        ".env": place.with_name(f"{place.name}.example"),
        ".toml": place.with_name(f"{place.stem}.example.toml"),
    }[place.suffix]
