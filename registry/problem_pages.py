"""The pages /problems and /problems/{code}: what the type of a problem leads to."""

import json
import pkgutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from http import HTTPStatus
from importlib import import_module

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import registry
from registry.errors import RegistryError
from registry.pages import Reader, page, reader_of
from registry.problem_details import status_of
from registry.problem_texts import EXPLANATIONS, explanation
from registry.problems import of_http_error, of_request_error, of_unforeseen_error, wants_problem

# Modules that do something when they are imported, and define no error.
_PROGRAMS = ("registry.__main__", "registry.migrations.")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem in the reader's language."""

    code: str
    status: int
    title: str
    meaning: str
    fix: str


@cache
def known_problems() -> dict[str, tuple[int, str]]:
    """By code, status and title of every problem that an answer can hold, in the order of the codes.

    From the errors' classes, and from what the API answers where the framework refuses.
    """
    found: dict[str, tuple[int, str]] = {}
    for each in error_types():
        found.setdefault(each.code, (status_of(each.kind, each.code), each.title))
    for response in _answers_without_class():
        body = json.loads(bytes(response.body))
        found.setdefault(body["code"], (body["status"], body["title"]))
    return dict(sorted(found.items()))


def error_types() -> list[type[RegistryError]]:
    """Every class of error of the package; a class is only known once its module is imported."""
    for module in pkgutil.walk_packages(registry.__path__, "registry."):
        if not module.name.startswith(_PROGRAMS):
            import_module(module.name)
    return [each for each in _below(RegistryError) if each.__module__.startswith("registry.")]


def _below(parent: type[RegistryError]) -> Iterator[type[RegistryError]]:
    for each in parent.__subclasses__():
        yield each
        yield from _below(each)


def _answers_without_class() -> Iterator[Response]:
    yield of_request_error(RequestValidationError([]))
    yield of_unforeseen_error()
    for status in HTTPStatus:
        if status >= HTTPStatus.BAD_REQUEST:
            yield of_http_error(HTTPException(status))


def _problem(reader: Reader, code: str) -> Problem:
    status, title = known_problems()[code]
    meaning, fix = explanation(code, status)
    return Problem(code, status, *map(reader.translate, (title, meaning, fix)))


@router.get("/problems")
def show_problems(request: Request) -> Response:
    """All but the HTTP statuses that have no words of their own: the server has no occasion for them."""
    reader = reader_of(request)
    types = {each.code for each in error_types()}
    found = [_problem(reader, code) for code in known_problems() if code in types or code in EXPLANATIONS]
    if wants_problem(request):
        return JSONResponse([asdict(each) for each in found])
    return page(request, reader, "problems.html", problems=found)


@router.get("/problems/{code}")
def show_problem(request: Request, code: str) -> Response:
    if code not in known_problems():
        raise HTTPException(404)
    reader = reader_of(request)
    found = _problem(reader, code)
    return (
        JSONResponse(asdict(found)) if wants_problem(request) else page(request, reader, "problem.html", problem=found)
    )
