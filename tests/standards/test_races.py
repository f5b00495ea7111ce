"""Steps at the same instant: whoever wins, nothing is published that nobody outside approved.

REGISTRY_RACES raises the number of races on each engine.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from draft_samples import NOW, anything_goes, approved_outside, make_document, saved_as, saved_in_review
from people import Person, saved_person
from sqlalchemy import func, select

from registry.accounts.permissions import Role
from registry.db import Database, read
from registry.errors import RegistryError
from registry.standards import draft_service, publishing_service
from registry.standards.document_errors import VersionTaken
from registry.standards.draft_errors import DraftNotInState
from registry.standards.models import PublishedDocument, StandardDraft

RACES = int(os.environ.get("REGISTRY_RACES", "15"))
Step = Callable[[], Any]

pytestmark = pytest.mark.slow


def together(*steps: Step) -> list[Any]:
    """What they return, or the error with which they were refused, started at the same instant."""
    start = threading.Barrier(len(steps))

    def run(step: Step) -> Any:
        start.wait()
        try:
            return step()
        except RegistryError as refused:
            return refused

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def done(results: list[Any]) -> list[Any]:
    return [each for each in results if not isinstance(each, RegistryError)]


@pytest.fixture
def people(database: Database) -> tuple[Person, Person, Person]:
    editor, approver = saved_person(database, Role.EDITOR, now=NOW), saved_person(database, Role.APPROVER, now=NOW)
    return editor, approver, saved_person(database, Role.EDITOR, now=NOW)


def publishing(database: Database, person: Person, draft: tuple[Any, str]) -> Step:
    return lambda: saved_as(
        database, person, lambda s, who: publishing_service.publish(s, who, *draft, NOW, anything_goes)
    )


def test_an_edit_an_approval_and_a_publication_at_once(
    database: Database, people: tuple[Person, Person, Person]
) -> None:
    editor, approver, publisher = people
    for number in range(RACES):
        name = f"town-{number}"
        draft = saved_in_review(database, editor, id=name)
        changed = make_document(1, id=name)

        def save(draft: Any = draft, changed: Any = changed) -> Any:
            return saved_as(
                database, editor, lambda s, who: draft_service.save_draft(s, who, draft[0], changed, draft[1], NOW)
            )

        def approve(draft: Any = draft) -> Any:
            return saved_as(database, approver, lambda s, who: draft_service.approve(s, who, *draft, "", NOW))

        results = together(save, approve, publishing(database, publisher, draft))

        published = published_of(database, name)
        assert len(published) == (not isinstance(results[2], RegistryError))
        for each in published:
            assert each.sha256 == draft[1]
            assert isinstance(results[0], DraftNotInState)
            assert read(database, lambda session, each=each: approved_outside(session, each))


def test_of_two_publications_at_once_one_is_made(database: Database, people: tuple[Person, Person, Person]) -> None:
    editor, approver, publisher = people
    for number in range(RACES):
        name = f"town-{number}"
        draft = saved_in_review(database, editor, id=name)
        saved_as(database, approver, lambda s, who, draft=draft: draft_service.approve(s, who, *draft, "", NOW))

        results = together(*(publishing(database, each, draft) for each in (editor, publisher)))

        assert len(done(results)) == len(published_of(database, name)) == 1
        assert [type(each) for each in results if isinstance(each, RegistryError)] == [DraftNotInState]


def test_of_two_drafts_of_one_version_at_once_one_is_made(
    database: Database, people: tuple[Person, Person, Person]
) -> None:
    for number in range(RACES):
        name = f"town-{number}"

        def create(person: Person, variant: int, name: str = name) -> Step:
            document = make_document(variant, id=name)
            return lambda: saved_as(database, person, lambda s, who: draft_service.create_draft(s, who, document, NOW))

        results = together(create(people[0], 0), create(people[2], 1))

        assert len(done(results)) == 1
        assert [type(each) for each in results if isinstance(each, RegistryError)] == [VersionTaken]
    assert read(database, lambda s: s.scalar(select(func.count()).select_from(StandardDraft))) == RACES


def published_of(database: Database, name: str) -> list[PublishedDocument]:
    statement = select(PublishedDocument).where(PublishedDocument.document_id == name)
    return read(database, lambda session: list(session.scalars(statement)))
