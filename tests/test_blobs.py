"""Contents by their hash: kept once, given back byte for byte, never changed."""

import hashlib
import random
from datetime import timedelta
from pathlib import Path

import pytest
from databases import Databases
from rows import NOON
from sqlalchemy import func, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from registry import blobs
from registry.blobs import (
    Content,
    ContentDamaged,
    ContentNotFound,
    ContentTooLarge,
    find_content,
    get_body,
    keep_content,
)
from registry.db import Database, open_database, read, write
from registry.db_errors import ConstraintViolated

CSV = "村,得分\n清河村,7\n".encode() * 500
UPSERT = """
INSERT INTO contents (sha256, media_type, size, coding, body, created_at)
SELECT sha256, 'x', size, coding, body, created_at FROM contents WHERE true
ON CONFLICT (sha256) DO UPDATE SET media_type = 'x'
"""
NOISE = random.Random(1).randbytes(5000)


@pytest.mark.parametrize(("body", "coding"), [(CSV, "zlib"), (NOISE, "identity"), (b"", "identity")])
def test_bytes_come_back_as_they_were(session: Session, body: bytes, coding: str) -> None:
    sha256 = keep_content(session, body, "text/csv", NOON)

    content = find_content(session, sha256)
    assert content is not None
    assert sha256 == hashlib.sha256(body).hexdigest()
    assert (content.size, content.coding, content.created_at) == (len(body), coding, NOON)
    assert get_body(session, sha256) == body


def test_equal_bytes_are_kept_once_and_as_they_first_came(session: Session) -> None:
    first = keep_content(session, CSV, "text/csv", NOON)
    second = keep_content(session, CSV, "text/plain", NOON + timedelta(days=1))

    assert first == second
    assert session.scalar(select(func.count()).select_from(Content)) == 1
    assert session.get_one(Content, first).media_type == "text/csv"


def test_what_is_not_kept_is_not_found(session: Session) -> None:
    assert find_content(session, "0" * 64) is None
    with pytest.raises(ContentNotFound):
        get_body(session, "0" * 64)


def test_a_list_of_contents_never_loads_their_bytes_by_accident(session: Session) -> None:
    sha256 = keep_content(session, CSV, "text/csv", NOON)
    session.expire_all()

    content = session.get_one(Content, sha256)

    with pytest.raises(InvalidRequestError, match="raiseload"):
        _ = content.body


def test_content_over_the_limit_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "MAX_BYTES", 10)

    with pytest.raises(ContentTooLarge, match="11 bytes; the limit is 10"):
        keep_content(session, b"12345678901", "text/plain", NOON)


@pytest.mark.parametrize("stored", [b"not zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_damaged_content_is_not_given_out(session: Session, stored: bytes) -> None:
    session.add(Content(sha256="c" * 64, media_type="text/csv", size=5, coding="zlib", body=stored, created_at=NOON))
    session.flush()

    with pytest.raises(ContentDamaged):
        get_body(session, "c" * 64)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contents SET media_type = 'x'",
        "UPDATE contents SET body = body",
        "DELETE FROM contents",
        UPSERT,
    ],
)
def test_kept_content_refuses_every_change(database: Database, statement: str) -> None:
    sha256 = write(database, lambda session: keep_content(session, CSV, "text/csv", NOON))

    with pytest.raises(ConstraintViolated):
        write(database, lambda session: session.execute(text(statement)))

    kept = read(database, lambda session: session.get_one(Content, sha256))
    assert kept.media_type == "text/csv"
    assert read(database, lambda session: get_body(session, sha256)) == CSV


def test_sqlite_refuses_to_replace_a_row(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("sqlite", tmp_path))
    write(opened, lambda session: keep_content(session, CSV, "text/csv", NOON))
    statement = "INSERT OR REPLACE INTO contents SELECT sha256, 'x', size, coding, body, created_at FROM contents"

    with pytest.raises(ConstraintViolated):
        write(opened, lambda session: session.execute(text(statement)))
    opened.close()


def test_postgresql_refuses_to_truncate_and_names_the_trigger(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("postgresql", tmp_path))
    write(opened, lambda session: keep_content(session, CSV, "text/csv", NOON))

    with pytest.raises(ConstraintViolated) as raised:
        write(opened, lambda session: session.execute(text("TRUNCATE contents CASCADE")))
    assert raised.value.constraint == "contents_refuse_truncate"
    opened.close()
