"""The only reader of schemas/, standards/ and examples/, and the judge of documents by their schema."""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from registry.canonical import digest, sha256_hex
from registry.errors import NotFound, Violation
from registry.json_text import parse_json, pointer_part

SCHEMAS = (
    "comparison.v1",
    "criteria.v1",
)
_MESSAGE_LENGTH = 300


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


def read_schema(name: str) -> dict[str, Any]:
    """The schema schemas/<name>.json, for example "criteria.v1". Raises DocumentNotFound."""
    path = data_dir() / "schemas" / f"{name}.json"
    if name not in SCHEMAS or not path.is_file():
        raise DocumentNotFound(f"There is no schema {name!r} under {data_dir()}.")
    schema: dict[str, Any] = parse_json(path.read_bytes(), file=path.name)
    return schema


@cache
def _validator(name: str) -> Any:
    import jsonschema
    import referencing

    schemas = [read_schema(each) for each in SCHEMAS]
    registry: Any = referencing.Registry().with_contents([(schema["$id"], schema) for schema in schemas])
    return jsonschema.Draft202012Validator(
        read_schema(name), registry=registry, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def schema_violations(name: str, document: object, *, file: str | None = None) -> list[Violation]:
    """Every violation of the named schema, in the order of the document, each with its JSON Pointer."""
    found = sorted(_validator(name).iter_errors(document), key=lambda error: _document_order(error.absolute_path))
    return [
        Violation(
            code=f"schema-{error.validator}",
            message=_shorten(f"{error.message}."),
            fix=_shorten(error.schema.get("description", "")) if isinstance(error.schema, dict) else "",
            pointer="".join(f"/{pointer_part(str(part))}" for part in error.absolute_path),
            file=file,
        )
        for error in found
    ]


def _document_order(path: Iterable[str | int]) -> list[tuple[int, str]]:
    """Sorts /criteria/2 before /criteria/10, which the order of texts does not."""
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _shorten(message: str) -> str:
    return message if len(message) <= _MESSAGE_LENGTH else f"{message[: _MESSAGE_LENGTH - 1]}…"


@cache
def code_sha256() -> str:
    """Digest of the package's Python files by path: which program computed a result."""
    package = Path(__file__).parent
    files = {path.relative_to(package).as_posix(): sha256_hex(path.read_bytes()) for path in package.rglob("*.py")}
    return digest(files)
