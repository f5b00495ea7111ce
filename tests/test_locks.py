"""The lock files: every package by version and hash, nothing by address, and all that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: str) -> list[tuple[Requirement, int]]:
    """Each pinned requirement of a lock with the number of its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [(Requirement(line.split(" --hash")[0]), len(HASH.findall(line))) for line in text.splitlines()]


def pins(lock: str) -> dict[str, set[str]]:
    """Name -> versions; a package has several where they differ by Python version."""
    found: dict[str, set[str]] = {}
    for requirement, _ in entries(lock):
        found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier).removeprefix("=="))
    return found


def asked_for(group: str | None = None) -> list[Requirement]:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = document["dependency-groups"][group] if group else document["project"]["dependencies"]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_one_version_and_hashes(lock: str) -> None:
    for requirement, hashes in entries(lock):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes > 0, requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert not re.search(r"://|^\s*--?(i|index|extra|find|trusted)|[\w-]+ @ ", text, re.MULTILINE)


@pytest.mark.parametrize(("lock", "group"), [(LOCKS[0], None), (LOCKS[1], None), (LOCKS[1], "dev")])
def test_what_the_project_asks_for_is_locked_in_an_allowed_version(lock: str, group: str | None) -> None:
    locked = pins(lock)

    for requirement in asked_for(group):
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}; run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement} in {lock}"


def test_the_development_lock_holds_the_runtime_lock_in_the_same_versions() -> None:
    development = pins("requirements-dev.lock")

    assert {name: development.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")
