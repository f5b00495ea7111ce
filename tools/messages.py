"""Bring the catalogues of messages up to date with the code and compile them.

Run it from anywhere after a text has changed: `python tools/messages.py`. It reads every message that the code and
the templates mark (translate, mark, _, t) and the titles of problems, adds the new ones to
registry/locale/*/LC_MESSAGES/registry.po, drops those that are gone and writes registry.mo. A new message has an
empty translation until someone fills it in; the tests fail until then. Neither file holds a date or a line number, so
that the same texts give the same files.
"""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from registry.problem_pages import known_problems
from registry.problem_texts import EXPLANATIONS

ROOT = Path(__file__).resolve().parent.parent
LOCALE_DIR = ROOT / "registry" / "locale"
# Babel writes a date into each file; this one never changes.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
KEYWORDS = {"translate": None, "mark": None, "_": None, "gettext": None, "ngettext": (1, 2), "t": None}


def messages() -> set[str]:
    """Every message of the code and of the templates."""
    with (LOCALE_DIR / "extraction.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    marked = {message for _file, _line, message, _comments, _context in found if isinstance(message, str) and message}
    return marked | {title for code, (_status, title) in known_problems().items() if code in EXPLANATIONS}


def catalogue(po: Path) -> Catalog:
    """The translations of a .po file. Words that stand in the file for no message are left out."""
    with po.open("rb") as stream:
        return read_po(stream, locale=po.parent.parent.name)


def updated(old: Catalog, wanted: set[str]) -> Catalog:
    """The wanted messages in order, with the old translations."""
    new = Catalog(locale=old.locale, project="evaluator-registry", fuzzy=False)
    for message in sorted(wanted):
        known = old.get(message)
        new.add(message, known.string if known else "", flags=known.flags if known else ())
    return new


def po_bytes(found: Catalog) -> bytes:
    text = io.BytesIO()
    write_po(text, found, width=0, omit_header=True, sort_output=True, ignore_obsolete=True)
    heading = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {found.locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {found.plural_forms}\\n"\n\n'
    )
    return heading.encode() + text.getvalue()


def mo_bytes(po: bytes) -> bytes:
    """The compiled form of a .po file, with a fixed date in its heading."""
    found = read_po(io.BytesIO(po))
    plain = Catalog(fuzzy=False, header_comment="", creation_date=LONG_AGO, revision_date=LONG_AGO)
    for message in found:
        if message.id:
            plain.add(message.id, message.string, flags=message.flags)
    text = io.BytesIO()
    write_mo(text, plain)
    return text.getvalue()


def main() -> None:
    wanted = messages()
    for po in sorted(LOCALE_DIR.glob("*/LC_MESSAGES/registry.po")):
        content = po_bytes(updated(catalogue(po), wanted))
        po.write_bytes(content)
        po.with_suffix(".mo").write_bytes(mo_bytes(content))
        missing = [each.id for each in catalogue(po) if each.id and not each.string]
        print(f"{po.relative_to(ROOT)}: {len(wanted)} messages, {len(missing)} without translation")
        for message in missing:
            print(f"  {message}")


if __name__ == "__main__":
    main()
