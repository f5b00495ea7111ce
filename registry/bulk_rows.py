"""Many rows at once: into a table, from columns, and out of it, by keys. Quick on either engine."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, FromClause, Select, Table, bindparam, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

_CHUNK = 20_000
# Keys of one statement: SQLite takes no more than some thousand.
_KEYS = 500

Key = TypeVar("Key")
Value = TypeVar("Value")


def values_by_key(
    session: Session, statement: Select[Key, Value], key: InstrumentedAttribute[Key], keys: Iterable[Key]
) -> Mapping[Key, list[Value]]:
    """What the statement finds for each of the keys, in its order; some hundreds of them at once.

    statement: of the key and of one thing more. A key for which it finds nothing is left out.
    """
    found: defaultdict[Key, list[Value]] = defaultdict(list)
    wanted = list(keys)
    for first in range(0, len(wanted), _KEYS):
        for of, value in session.execute(statement.where(key.in_(wanted[first : first + _KEYS]))):
            found[of].append(value)
    return found


def add_columns(session: Session, table: FromClause, columns: Mapping[str, Sequence[Any]]) -> Iterator[float]:
    """Adds a row for each place of the columns, some thousands at once; gives the share that is done.

    table: of a mapped class, `Model.__table__`. columns: also those that have a default.
    """
    assert isinstance(table, Table)
    number = len(next(iter(columns.values())))
    add = _add_on_server if session.get_bind().dialect.name == "postgresql" else _add_embedded
    for first in range(0, number, _CHUNK):
        add(session, table, {name: values[first : first + _CHUNK] for name, values in columns.items()})
        yield min(1.0, (first + _CHUNK) / number)


def _add_on_server(session: Session, table: Table, part: Mapping[str, Sequence[Any]]) -> None:
    """One statement with an array for each column; executemany is a journey for each row. A value may be a list."""
    arrays = [
        func.unnest(bindparam(name, values, ARRAY(table.c[name].type, dimensions=1))) for name, values in part.items()
    ]
    session.execute(insert(table).from_select(list(part), select(*arrays)))


def _add_embedded(session: Session, table: Table, part: Mapping[str, Sequence[Any]]) -> None:
    """One statement, run for each row; values are made ready by column, which takes half the time of by row."""
    dialect = session.get_bind().dialect
    compiled = insert(table).compile(dialect=dialect, column_keys=list(part))
    names = compiled.positiontup or []
    ready = [_ready(part[name], table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
    session.connection().exec_driver_sql(str(compiled), list(zip(*ready, strict=True)))


def _ready(values: Sequence[Any], process: Callable[[Any], Any] | None) -> Sequence[Any]:
    """As the driver takes them. What stands in row after row is made ready once."""
    if process is None:
        return values
    found: list[Any] = []
    last: Any = None
    for place, value in enumerate(values):
        found.append(found[-1] if place and value is last else process(value))
        last = value
    return found
