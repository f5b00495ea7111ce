"""HTML pages: templates in the reader's language, addresses of static files, errors in the same look."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from registry import __version__
from registry.config import Settings
from registry.errors import Invalid, RegistryError, Violation
from registry.languages import LANGUAGES, TAGS, Language, Translate, catalogue, mark, preferred_language, translator
from registry.problem_details import STATUS

STATIC_DIR = Path(__file__).parent / "static"
TEMPLATES_DIR = Path(__file__).parent / "templates"


class UnknownLanguage(Invalid):
    code = "unknown-language"
    title = mark("The address asks for an unknown language")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a page is for: the language, whether the address names it, and the path before ours behind a proxy."""

    language: Language
    is_explicit: bool
    root_path: str

    @property
    def translate(self) -> Translate:
        return translator(self.language)

    def link(self, path: str, **query: object) -> str:
        """The address of one of our pages; a language that was asked for stays."""
        wanted = {name: str(value) for name, value in query.items() if value not in ("", None)}
        if self.is_explicit:
            wanted.setdefault("lang", self.language)
        return f"{self.root_path}{path}" + (f"?{urlencode(wanted)}" if wanted else "")

    def static(self, name: str) -> str:
        """The address of a static file, which changes with its content."""
        return f"{self.root_path}/static/{name}?v={_version(name)}"


@cache
def _version(name: str) -> str:
    return sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:12]


def reader_of(request: Request) -> Reader:
    """By ?lang, else by Accept-Language, else by the settings. Raises UnknownLanguage."""
    asked = request.query_params.get("lang")
    if asked is None:
        return _default_reader(request)
    for language in LANGUAGES:
        if asked == language:
            return Reader(language, True, _root_path(request))
    violation = Violation(
        code="unknown-value",
        message=mark("This parameter has an unknown value."),
        fix=f"Known values: {', '.join(LANGUAGES)}.",
        column="lang",
        value=asked[:80],
    )
    raise UnknownLanguage(mark("The page does not exist in this language."), [violation])


def _root_path(request: Request) -> str:
    """Where the application stands, also for what is below a mount."""
    scope = request.scope
    return str(scope.get("app_root_path", scope.get("root_path", "")))


def reader_or_default(request: Request) -> Reader:
    """For what is shown whatever the address asks for."""
    try:
        return reader_of(request)
    except UnknownLanguage:
        return _default_reader(request)


def _default_reader(request: Request) -> Reader:
    settings: Settings = request.app.state.settings
    language = preferred_language(request.headers.get("accept-language", ""), settings.language)
    return Reader(language, False, _root_path(request))


@cache
def environment(language: Language) -> Environment:
    """The templates in one language; everything that is put into them is escaped."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    found.filters["integer"] = "{:,}".format
    found.filters["nine_digits"] = "{:.9g}".format
    return found


def render(reader: Reader, template: str, request: Request, **context: Any) -> str:
    """A template as text; it sees the reader, the links to the same page in each language, and the context."""
    return (
        environment(reader.language)
        .get_template(template)
        .render(
            reader=reader,
            link=reader.link,
            static=reader.static,
            t=reader.translate,
            tag=TAGS[reader.language],
            languages=language_links(reader, request),
            version=__version__,
            # Without a database there are no accounts, and nothing to sign in to.
            asking=getattr(request.state, "actor", None) if request.app.state.database else None,
            here=here(reader, request),
            **context,
        )
    )


def _path(reader: Reader, request: Request) -> str:
    """Of this page. Two slashes at its start would name another host in a link."""
    path: str = request.scope["path"]
    return "/" + path.removeprefix(reader.root_path).lstrip("/")


def here(reader: Reader, request: Request) -> str:
    """The path of this page with its query, to come back to after signing in."""
    path = _path(reader, request)
    return f"{path}?{request.url.query}" if request.url.query else path


def language_links(reader: Reader, request: Request) -> list[dict[str, str | bool]]:
    """The same page in each language."""
    query = {name: value for name, value in request.query_params.items() if name != "lang"}
    path = _path(reader, request)
    names: Mapping[Language, str] = {"en": "English", "zh": "中文"}
    return [
        {
            "name": names[language],
            "tag": TAGS[language],
            "href": f"{reader.root_path}{path}?{urlencode({**query, 'lang': language})}",
            "is_current": language == reader.language,
        }
        for language in LANGUAGES
    ]


def page(request: Request, reader: Reader, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    return HTMLResponse(render(reader, template, request, **context), status_code=status)


def error_page(
    request: Request, title: str, detail: str, status: int, violations: tuple[Violation, ...] = ()
) -> HTMLResponse:
    """An error in the look of the other pages, in the language of the reader as far as it is known."""
    reader = reader_or_default(request)
    return page(request, reader, "error.html", status, title=title, detail=detail, violations=violations, number=status)


def error_page_of(request: Request, error: RegistryError) -> HTMLResponse:
    return error_page(request, error.title, error.detail, STATUS[error.kind], error.violations)
