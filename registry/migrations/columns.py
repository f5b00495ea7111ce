"""Columns, constraints and indexes of the house, as migrations name them.

Released migrations rest on it: what it makes of a call never changes. What is to be made otherwise gets another name.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

Columns: TypeAlias = list[sa.Column[Any]]


def make(table: str, *parts: sa.Column[Any] | sa.Constraint, rules: Mapping[str, str]) -> None:
    """rules: by name, what holds for every row."""
    op.create_table(table, *parts, *(rule(table, name, condition) for name, condition in rules.items()))


def text(*names: str, required: bool = True) -> Columns:
    return [sa.Column(name, sa.Text(), nullable=not required) for name in names]


def word(name: str, length: int, *, required: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=not required)


def number(*names: str, required: bool = True) -> Columns:
    return [sa.Column(name, sa.BigInteger(), nullable=not required) for name in names]


def identifier(*names: str, required: bool = True) -> Columns:
    return [sa.Column(name, sa.Uuid(), nullable=not required) for name in names]


def day(*names: str, required: bool = True) -> Columns:
    return [sa.Column(name, sa.Date(), nullable=not required) for name in names]


def instant(*names: str, required: bool = True) -> Columns:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=not required) for name in names]


def primary_key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def sha256_rule(table: str, column: str) -> sa.CheckConstraint:
    return rule(table, f"{column}_is_sha256", f"length({column}) = 64")


def index(table: str, *columns: str, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    name = op.f(f"ix_{table}_{'_'.join(columns)}")
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)
