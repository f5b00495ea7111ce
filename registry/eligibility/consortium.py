"""The answer about one evaluator, or about several of which each does a part of the work: one form for both. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from registry.canonical import digest
from registry.eligibility.decision import Decision, Verdict, verdict_of_all


@dataclass(frozen=True)
class Consortium:
    """decisions: one or more. Nobody stands in for another member, neither for a part nor for a bar."""

    decisions: tuple[Decision, ...]

    @property
    def verdict(self) -> Verdict:
        return verdict_of_all(each.verdict for each in self.decisions)

    @property
    def known_at(self) -> datetime:
        return self.decisions[0].known_at

    @cached_property
    def content(self) -> dict[str, Any]:
        """What the digest is of: that of the one evaluator, or of the members with theirs."""
        if len(self.decisions) == 1:
            return self.decisions[0].content
        return {"verdict": str(self.verdict), "members": [each.content for each in self.decisions]}

    @property
    def sha256(self) -> str:
        return digest(self.content)


def members_of(content: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The contents of single decisions, of a content of either form."""
    found: Sequence[Mapping[str, Any]] = content.get("members", [content])
    return found
