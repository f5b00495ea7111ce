"""Records comparisons one after the other, and says each one that is saved, until it is killed: a process for tests."""

import itertools
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

from builders import make_visits

from registry.clock import utc_now
from registry.db import open_database, write
from registry.reliability import queries
from registry.reliability.service import run_submission
from registry.reliability.submission import JSON, Options, SourceFile, Submission


def submission(name: str, number: int) -> Submission:
    """Another one for each number, so that none shares its files with another."""
    reports, checks, criteria = make_visits({f"{name}-{number}": [(1, 2)]})
    contents = (reports.to_dict("records"), checks.to_dict("records"), criteria | {"title": f"{name}-{number}"})
    first, second, third = (SourceFile(f"{n}.json", json.dumps(each).encode(), JSON) for n, each in enumerate(contents))
    return Submission(first, second, third, Options())


def main(url: str, name: str, say: Callable[[Any], None], most: int | None = None) -> None:
    """most: comparisons; None goes on for ever."""
    with closing(open_database(url)) as database:
        for number in itertools.count() if most is None else range(most):
            run = run_submission(submission(name, number))
            recorded = write(database, lambda session, run=run: queries.record(session, run, utc_now()).id)  # type: ignore[misc]
            # The acknowledgement: whoever hears this may rely on it.
            say(recorded)
