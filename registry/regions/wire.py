"""What crosses HTTP, and what commands print as JSON, about regions."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from registry.regions.answers import Region, Resolution
from registry.regions.changes import Change, Side
from registry.regions.facts import Fact, FactAnswer
from registry.regions.search import Hit
from registry.regions.wording import reason_sentence


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class RegionOut(Out):
    """On [valid_from, valid_to). valid_from null: since before what is known."""

    reference: str = Field(description="Code system and code.")
    name: str
    level: str
    parent: str | None = Field(description="Reference of the region right above.")
    valid_from: date | None
    valid_to: date | None


class HitOut(Out):
    """match: exact, prefix, contains, former (a name that it had) or proposal, which a person should judge."""

    region: RegionOut
    match: str
    likeness: str | None = Field(description="How the name of a proposal differs from the query.")
    path: list[str] = Field(description="Names from the top, with its own.")


class HitListOut(Out):
    """The best first."""

    on: date
    regions: list[HitOut]


class ResolutionOut(Out):
    """region is null where the reference means none on the day; reason and sentence say why.

    as_of: where the day lies after all that is known, the last day that is. related: what came in its place, or what
    it came from.
    """

    reference: str
    on: date
    region: RegionOut | None
    reason: str | None
    sentence: str | None
    as_of: date | None
    changed_on: date | None
    related: list[RegionOut]


class PathOut(Out):
    """From the top down to the region itself; empty where resolution.region is null."""

    resolution: ResolutionOut
    path: list[RegionOut]


class DescendantsOut(Out):
    """From the top down, siblings by code. next: the address of the following page, null on the last one."""

    resolution: ResolutionOut
    regions: list[RegionOut]
    next: str | None


class ChangeOut(Out):
    """From this day. Names and parents are null where the source leaves them open."""

    on: date
    kind: str
    from_code: str | None
    from_name: str | None
    to_code: str | None
    to_name: str | None


class ChangesOut(Out):
    """By day: of the region and of those that it came from or led to at once."""

    resolution: ResolutionOut
    changes: list[ChangeOut]


class FactOut(Out):
    key: str
    value: str | None
    valid_from: date
    valid_to: date | None
    source: str
    recorded_at: str
    recorded_of: str


class FactAnswerOut(Out):
    """fact null: not known."""

    resolution: ResolutionOut
    fact: FactOut | None


class ImportOut(Out):
    """number null: nothing was saved."""

    kind: str
    system: str | None
    rows: int
    counts: dict[str, int]
    was_there: bool
    known_before: int
    number: int | None


def region_out(region: Region) -> RegionOut:
    return RegionOut(
        reference=str(region.reference),
        name=region.name,
        level=str(region.level),
        parent=None if region.parent_code is None else f"{region.system}:{region.parent_code}",
        valid_from=region.valid_from,
        valid_to=region.valid_to,
    )


def hit_out(hit: Hit) -> HitOut:
    return HitOut(
        region=region_out(hit.region),
        match=str(hit.match),
        likeness=None if hit.likeness is None else str(hit.likeness),
        path=[each.name for each in hit.path],
    )


def resolution_out(found: Resolution) -> ResolutionOut:
    return ResolutionOut(
        reference=str(found.reference),
        on=found.on,
        region=None if found.region is None else region_out(found.region),
        reason=None if found.reason is None else str(found.reason),
        sentence=reason_sentence(found) or None,
        as_of=found.as_of,
        changed_on=found.changed_on,
        related=[region_out(each) for each in found.related],
    )


def change_out(change: Change) -> ChangeOut:
    def code(side: Side | None) -> str | None:
        return None if side is None else side.code

    def name(side: Side | None) -> str | None:
        return None if side is None else side.name or None

    return ChangeOut(
        on=change.on,
        kind=str(change.kind),
        from_code=code(change.before),
        from_name=name(change.before),
        to_code=code(change.after),
        to_name=name(change.after),
    )


def fact_out(fact: Fact) -> FactOut:
    return FactOut(
        key=fact.key,
        value=fact.value,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        source=fact.source,
        recorded_at=fact.recorded_at.isoformat(),
        recorded_of=f"{fact.system}:{fact.code}",
    )


def fact_answer_out(answer: FactAnswer) -> FactAnswerOut:
    fact = None if answer.fact is None else fact_out(answer.fact)
    return FactAnswerOut(resolution=resolution_out(answer.asked), fact=fact)
