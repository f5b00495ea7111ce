"""Appends to the log, and says each entry that is saved, until it is killed: a process for tests."""

import itertools
from collections.abc import Callable
from contextlib import closing
from typing import Any

from log_rows import make_event
from rows import make_job
from sqlalchemy.orm import Session

from registry.audit import service
from registry.clock import utc_now
from registry.db import open_database, write


def main(url: str, name: str, say: Callable[[Any], None], most: int | None = None) -> None:
    """Each time a change and its entry, in one transaction. most: entries; None goes on for ever."""
    with closing(open_database(url)) as database:
        for number in itertools.count() if most is None else range(most):

            def work(session: Session, subject: str = f"job:{name}-{number}") -> tuple[int, str]:
                service.take_turn(session)
                session.add(make_job(message=subject))
                return service.append(session, make_event(subject=subject), utc_now()), subject

            # The acknowledgement: whoever hears this may rely on it.
            say(write(database, work))
