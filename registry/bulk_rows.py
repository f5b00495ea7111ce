"""Many rows into a table at once, from columns: quick for hundreds of thousands on either engine."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, FromClause, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

_CHUNK = 20_000


def add_columns(session: Session, table: FromClause, columns: Mapping[str, Sequence[Any]]) -> Iterator[float]:
    """Adds a row for each place of the columns, some thousands at once; gives the share that is done.

    table: of a mapped class, `Model.__table__`.
    """
    assert isinstance(table, Table)
    number = len(next(iter(columns.values())))
    is_server = session.get_bind().dialect.name == "postgresql"
    for first in range(0, number, _CHUNK):
        part = {name: values[first : first + _CHUNK] for name, values in columns.items()}
        if is_server:
            # One statement with an array for each column; executemany is a journey for each row. A value may be a list.
            arrays = [
                func.unnest(bindparam(name, values, ARRAY(table.c[name].type, dimensions=1)))
                for name, values in part.items()
            ]
            session.execute(insert(table).from_select(list(part), select(*arrays)))
        else:
            names = list(part)
            session.execute(
                insert(table), [dict(zip(names, row, strict=True)) for row in zip(*part.values(), strict=True)]
            )
        yield min(1.0, (first + _CHUNK) / number)
