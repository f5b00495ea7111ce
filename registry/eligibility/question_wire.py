"""What crosses HTTP as a question about eligibility."""

from typing import Annotated, Literal

from pydantic import Field

from registry.eligibility.asking import MOST_TUPLES, Tuple, Written, window_of
from registry.eligibility.question import RiskClass
from registry.evaluators.asked_times import read_valid_at
from registry.evaluators.qualification_wire import Day
from registry.json_models import In, VisibleText
from registry.regions.reference import read_day

Name = Annotated[VisibleText, Field(min_length=1, max_length=100)]
Party = Annotated[VisibleText, Field(min_length=1, max_length=100)]
Parties = Annotated[list[Party], Field(max_length=50)]


class TupleIn(In):
    """level: without it, that of the region. standard: ID@VERSION, or an ID for the version in force."""

    domain: Name
    region: Name
    type: Name
    standard: Annotated[VisibleText, Field(min_length=1, max_length=150)]
    level: Name | None = None

    def tuple(self) -> Tuple:
        return Tuple(self.domain, self.region, self.type, self.standard, self.level)


class MemberIn(In):
    """evaluator: a code, or the credit code of a body that need not be registered, with its names. engagement: its own
    that is under way."""

    evaluator: Annotated[VisibleText, Field(min_length=1, max_length=40)]
    scope: Annotated[list[TupleIn], Field(min_length=1, max_length=MOST_TUPLES)]
    names: Annotated[list[Name], Field(max_length=20)] = Field(default_factory=list)
    engagement: Annotated[VisibleText, Field(max_length=40)] | None = None


class WindowIn(In):
    """to: the first day after the window."""

    model_config = In.model_config | {"populate_by_name": True}

    first: Annotated[Day, Field(alias="from")]
    until: Annotated[Day, Field(alias="to")]


class QuestionIn(In):
    """members: of a consortium, each with its part of the work. window or valid_at: there is no default."""

    members: Annotated[list[MemberIn], Field(min_length=1, max_length=20)]
    window: WindowIn | None = None
    valid_at: Annotated[str, Field(max_length=40)] | None = None
    known_at: Annotated[str, Field(max_length=40)] | None = None
    subjects: Parties = Field(default_factory=list)
    commissioner: Party | None = None
    payer: Party | None = None
    other_bidders: Parties | None = None
    implementers: Parties = Field(default_factory=list)
    risk_class: Literal["low", "normal", "high"] = "normal"
    lists: Annotated[list[Name], Field(max_length=50)] | None = None
    tender: Annotated[VisibleText, Field(min_length=1, max_length=500)] | None = None

    def parts(self) -> tuple[Written, ...]:
        """Raises QuestionRejected, TimeRejected."""
        days = (None, None) if self.window is None else (read_day(self.window.first), read_day(self.window.until))
        window = window_of(None if self.valid_at is None else read_valid_at(self.valid_at), *days)
        return tuple(
            Written(
                each.evaluator, tuple(one.tuple() for one in each.scope), window, tuple(self.subjects),
                self.commissioner, self.payer, None if self.other_bidders is None else tuple(self.other_bidders),
                tuple(self.implementers), RiskClass(self.risk_class), each.engagement,
                None if self.lists is None else tuple(self.lists), self.tender, tuple(each.names),
            )
            for each in self.members
        )  # fmt: skip
