"""The only reader of schemas/, standards/, examples/ and divisions/, and the judge of documents by their schema."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from registry.canonical import digest, sha256_hex
from registry.errors import NotFound, Violation
from registry.json_text import parse_json
from registry.schema_profile import check_profile
from registry.validation import FastValidator, fast

SCHEMAS = (
    "comparison.v1",
    "criteria.v1",
    "engagement.v1",
    "evaluator.v1",
    "fact-sheet.v1",
    "localization.v1",
    "mapping.v1",
    "qualification-event.v1",
    "eligibility-decision.v1",
    "resolved-standard.v1",
    "standard.v1",
)


class DocumentNotFound(NotFound):
    code = "document-not-found"
    title = "The document is not part of this installation"


def data_dir() -> Path:
    """REGISTRY_DATA_DIR, else the folders beside the package (a checkout), else those inside it (a wheel)."""
    configured = os.environ.get("REGISTRY_DATA_DIR")
    if configured:
        return Path(configured)
    package = Path(__file__).parent
    beside = package.parent
    return beside if (beside / "schemas").is_dir() else package / "_data"


def example_path(*parts: str) -> Path:
    """A file under examples/. Raises DocumentNotFound."""
    path = data_dir().joinpath("examples", *parts)
    if not path.is_file():
        raise DocumentNotFound(f"There is no example {'/'.join(parts)} under {data_dir()}.")
    return path


def divisions_path(name: str) -> Path:
    """A file under divisions/. Raises DocumentNotFound."""
    path = data_dir() / "divisions" / name
    if not path.is_file():
        raise DocumentNotFound(f"There are no divisions {name} under {data_dir()}.")
    return path


@cache
def shipped_standards() -> tuple[tuple[str, bytes], ...]:
    """Path below standards/ and content of each document of the catalogue that comes with the program, by path."""
    folder = data_dir() / "standards"
    return tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*.json")))


def read_schema(name: str) -> dict[str, Any]:
    """The schema schemas/<name>.json, for example "criteria.v1".

    Raises DocumentNotFound, and SchemaRefused for a schema outside the profile.
    """
    path = data_dir() / "schemas" / f"{name}.json"
    if name not in SCHEMAS or not path.is_file():
        raise DocumentNotFound(f"There is no schema {name!r} under {data_dir()}.")
    schema: dict[str, Any] = parse_json(path.read_bytes(), file=path.name)
    check_profile(schema, file=path.name)
    return schema


@cache
def _validator(name: str) -> FastValidator:
    return fast(read_schema(name))


def schema_violations(name: str, document: object, *, file: str | None = None) -> list[Violation]:
    """Violations of the named schema, in the order of the document, each with its JSON Pointer; at most a hundred."""
    return _validator(name).violations(document, file=file)


@cache
def code_sha256() -> str:
    """Digest of the package's Python files by path: which program computed a result."""
    package = Path(__file__).parent
    files = {path.relative_to(package).as_posix(): sha256_hex(path.read_bytes()) for path in package.rglob("*.py")}
    return digest(files)
