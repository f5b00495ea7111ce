"""What a procurement officer asks: one evaluator, what it is to do, when, for whom. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from registry.evaluators.periods import Period
from registry.evaluators.scope import Asked


class RiskClass(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Question:
    """evaluator: its code, or the credit code of a body that is not registered, whose names are told. scope: all of it
    has to be covered. window: of the work with its report, ended.

    subjects: everybody whose targets are scored, as keys of parties like the others; without any party nothing is asked
    about independence. other_bidders: None where they are not known. engagement: the code of the one under way that is
    asked about, whose version was pinned at its start. lists: of exclusions, None for all in use. tender: the clause
    that makes being qualified a condition.
    """

    evaluator: str
    scope: tuple[Asked, ...]
    window: Period
    subjects: tuple[str, ...] = ()
    commissioner: str | None = None
    payer: str | None = None
    other_bidders: tuple[str, ...] | None = None
    implementers: tuple[str, ...] = ()
    risk_class: RiskClass = RiskClass.NORMAL
    engagement: str | None = None
    lists: tuple[str, ...] | None = None
    tender: str | None = None
    names: tuple[str, ...] = ()

    @property
    def has_parties(self) -> bool:
        return bool(self.subjects or self.implementers or self.commissioner or self.payer)

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored and replayed; what was not given is left out."""
        assert self.window.valid_to is not None
        optional = {
            "subjects": list(self.subjects),
            "commissioner": self.commissioner,
            "payer": self.payer,
            "other_bidders": None if self.other_bidders is None else list(self.other_bidders),
            "implementers": list(self.implementers),
            "engagement": self.engagement,
            "lists": None if self.lists is None else list(self.lists),
            "tender": self.tender,
            "names": list(self.names),
        }
        return {
            "evaluator": self.evaluator,
            "scope": [
                {
                    "domain": each.domain,
                    "region": each.region,
                    "type": each.evaluation_type,
                    "level": each.subject_level,
                    "standard": f"{each.standard_family}@{each.standard_version}",
                }
                for each in self.scope
            ],
            "window": {"from": self.window.valid_from.isoformat(), "to": self.window.valid_to.isoformat()},
            "risk_class": str(self.risk_class),
            **{
                name: value
                for name, value in optional.items()
                if value is not None and (value != [] or name == "other_bidders")
            },
        }


def question_of(document: Mapping[str, Any]) -> Question:
    """The other way round of Question.document."""
    window = document["window"]
    told = {name: document.get(name) for name in ("commissioner", "payer", "engagement", "tender")}
    bidders, lists = (document.get(name) for name in ("other_bidders", "lists"))
    return Question(
        document["evaluator"],
        tuple(_asked(each) for each in document["scope"]),
        Period(date.fromisoformat(window["from"]), date.fromisoformat(window["to"])),
        subjects=tuple(document.get("subjects", ())),
        other_bidders=None if bidders is None else tuple(bidders),
        implementers=tuple(document.get("implementers", ())),
        risk_class=RiskClass(document["risk_class"]),
        lists=None if lists is None else tuple(lists),
        names=tuple(document.get("names", ())),
        **told,
    )


def _asked(each: Mapping[str, str]) -> Asked:
    family, _, version = each["standard"].partition("@")
    return Asked(each["domain"], each["region"], each["type"], each["level"], family, version)
