"""Records comparisons one after the other, and says each one that is saved, until it is killed: a process for tests.

It computes one and saves it again and again under other contents, so that almost all its time is spent on saving.
"""

import itertools
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

from builders import make_visits

from registry.clock import utc_now
from registry.db import open_database, write
from registry.reliability import queries
from registry.reliability.service import Run, run_submission
from registry.reliability.submission import JSON, Options, Products, SourceFile, Submission


def submission(name: str) -> Submission:
    reports, checks, criteria = make_visits({name: [(1, 2)]})
    contents = (reports.to_dict("records"), checks.to_dict("records"), criteria | {"title": name})
    first, second, third = (SourceFile(f"{n}.json", json.dumps(each).encode(), JSON) for n, each in enumerate(contents))
    return Submission(first, second, third, Options())


def variant(run: Run, number: int) -> Run:
    """The same with white space behind every file: for each number other contents, 0 the run itself."""
    blank = b" " * number
    files = {role: replace(each, content=each.content + blank) for role, each in run.submission.files().items()}
    products = Products(run.products.result + blank, run.products.pairs + blank, run.products.unpaired + blank)
    return replace(run, submission=replace(run.submission, **files), products=products)


def main(url: str, name: str, say: Callable[[Any], None], most: int | None = None) -> None:
    """most: comparisons; None goes on for ever."""
    run = run_submission(submission(name))
    with closing(open_database(url)) as database:
        for number in itertools.count() if most is None else range(most):
            saved = variant(run, number)
            recorded = write(database, lambda session, run=saved: queries.record(session, run, utc_now()).id)  # type: ignore[misc]
            # The acknowledgement: whoever hears this may rely on it.
            say(recorded)
