"""A standard with parameters of every kind, and localizations of it from the province down to the township.

Each builder takes the members that differ; a member that is None is left out.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from standard_samples import Document, make_criterion, make_fact, make_parameter, make_small_standard

from registry.canonical import digest
from registry.documents import schema_violations
from registry.errors import Invalid
from registry.standards.geography import Division
from registry.standards.localization import Question, resolve
from registry.standards.localization_document import Localization
from registry.standards.localization_reading import read_localization
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Standard

DAY = date(2026, 5, 1)
LEVELS = ["national", "province", "prefecture", "county", "township"]
BELOW = LEVELS[1:]
PLACES = {
    "province": "mca:530000",
    "prefecture": "mca:530300",
    "county": "mca:530303",
    "township": "mca:530303101",
}
_WAY = tuple(Division(PLACES[level], level) for level in BELOW)
OTHER_PROVINCE = Division("mca:510000", "province")
OTHER_PREFECTURE = Division("mca:530400", "prefecture")
OTHER_COUNTY = Division("mca:530304", "county")
PATHS: Mapping[str, tuple[Division, ...]] = {
    **{each.reference: _WAY[: place + 1] for place, each in enumerate(_WAY)},
    OTHER_PROVINCE.reference: (OTHER_PROVINCE,),
    OTHER_PREFECTURE.reference: (_WAY[0], OTHER_PREFECTURE),
    OTHER_COUNTY.reference: (_WAY[0], _WAY[1], OTHER_COUNTY),
}


def _open_parameter(name: str, **changes: Any) -> Document:
    """One that every level may set and narrow, without a reason."""
    common = {"settable_by": BELOW, "narrowable_by": BELOW, "rationale_required": False, "stricter_when": "none"}
    return make_parameter(**{"id": name, **common, **changes})


def make_wide_standard(**changes: Any) -> Document:
    """A parameter for each kind of fault: share goes by terrain, hours by steps of 4, begins by weeks."""
    parameters = [
        make_parameter(
            id="target", type="integer", default=3, domain={"minimum": 1, "maximum": 5},
            settable_by=["county", "township"], narrowable_by=["province", "prefecture", "county"],
            max_tightening="1", max_relaxation="2",
        ),
        make_parameter(
            id="share", unit="%", default=None, domain=None, classified_by="terrain",
            default_by_class={"mountain": "80", "hill": "50", "plain": "20"},
            domain_by_class={
                "mountain": {"minimum": "60", "maximum": "100"},
                "hill": {"minimum": "30", "maximum": "80"},
                "plain": {"minimum": "10", "maximum": "40"},
            },
            settable_by=BELOW, narrowable_by=BELOW, rationale_required=False,
            max_tightening="10", max_relaxation="10",
        ),
        _open_parameter("hours", type="integer", default=40, domain={"minimum": 20, "maximum": 60, "step": 4}),
        _open_parameter("grade", type="level", choices=["low", "mid", "high", "top"], default="mid", domain=None),
        _open_parameter("method", type="text", choices=["a", "b", "c"], default="b", domain=None),
        _open_parameter("meets", type="boolean", default=True, domain=None, mandate_required=True),
        _open_parameter(
            "begins", type="date", default="2026-06-01", domain={"minimum": "2026-05-04", "step": 7}
        ),
        make_parameter(id="fixed", locked=True),
        make_parameter(id="proved", max_tightening="3", max_relaxation="1", evidence_required=["enterprises"]),
        make_parameter(id="own", max_tightening="3", rationale_required=False),
        _open_parameter("weight", default="60", domain={"minimum": "0", "maximum": "100"}),
        make_parameter(
            id="open", default="1", domain=None, classified_by="terrain", settable_by=BELOW, narrowable_by=BELOW,
            stricter_when="none",
        ),
    ]  # fmt: skip
    lists = {
        "mandates": [
            {"id": "m1", "document": {"en": "Provisions"}, "valid_from": "2024-08-06"},
            {"id": "old", "document": {"en": "Repealed"}, "valid_from": "2020-01-01", "valid_to": "2026-07-01"},
        ],
        "fact_definitions": [
            make_fact(),
            make_fact(id="enterprises", type="integer", minimum=0, maximum=500, max_age_days=365),
            make_fact(id="terrain", type="text", choices=["mountain", "hill", "plain"], minimum=None, maximum=None),
        ],
        "parameters": parameters,
        "criteria": [
            make_criterion(
                "facts.enterprises >= params.target", weight={"parameter": "weight"}, waivable_by=["county"]
            ),
            make_criterion("facts.x >= params.fixed", id="firm", weight="40"),
            make_criterion("facts.x >= params.own", id="relative", normalised=True, waivable_by=BELOW),
            make_criterion(
                'findings["green"] >= params.share',
                id="green",
                finding={"type": "decimal", "unit": "%", "minimum": "0", "maximum": "100"},
            ),
        ],
        "decision": {"kind": "points", "total": "100"},
    }
    return make_small_standard(**{**lists, "levels": LEVELS, **changes})


def make_localization(level: str = "county", **changes: Any) -> Document:
    """One that does nothing, for the year of the standard, without imports."""
    common = {
        "$schema": "urn:evaluator-registry:schema:localization:v1",
        "id": f"rural-investment.{level}",
        "version": "1.0.0",
        "standard": {"id": "rural-investment", "version": "2.1.0"},
        "level": level,
        "jurisdiction": PLACES.get(level),
        "valid_from": "2026-04-01",
        "valid_to": "2027-04-01",
    }
    return deepcopy({key: value for key, value in {**common, **changes}.items() if value is not None})


def make_setting(parameter: str, value: Any, **changes: Any) -> Document:
    """value: a table by class if it is an object."""
    key = "value_by_class" if isinstance(value, dict) else "value"
    given = {"parameter": parameter, key: value, "rationale": {"en": "As it is here."}, **changes}
    return {name: each for name, each in given.items() if each is not None}


def make_narrowing(parameter: str, *, by_class: Mapping[str, Any] | None = None, **domain: Any) -> Document:
    """domain: its parts."""
    given = {"domain": domain} if by_class is None else {"domain_by_class": by_class}
    return {"parameter": parameter, **given, "rationale": {"en": "As it is here."}}


def make_waiver(criterion: str, **changes: Any) -> Document:
    common = {
        "criterion": criterion,
        "rationale": {"en": "A flood."},
        "requested_by": {"en": "The township"},
        "approved_by": {"en": "The county"},
        "valid_to": "2026-10-01",
        "risk": "low",
    }
    return {name: each for name, each in {**common, **changes}.items() if each is not None}


def pin(document: Document, *, with_digest: bool = False) -> Document:
    written = {"id": document["id"], "version": document["version"]}
    return {**written, "sha256": digest(document)} if with_digest else written


def chain(*documents: Document) -> list[Document]:
    """Each imports the one before."""
    return [
        {**each, "imports": [pin(above)]} if place else each
        for place, (above, each) in enumerate(zip((documents[0], *documents), documents, strict=False))
    ]


WIDE = read_standard(make_wide_standard())


def read(document: Document, standard: Standard = WIDE) -> Localization:
    """Of a document that its schema accepts."""
    assert schema_violations("localization.v1", document) == []
    return read_localization(document, standard)


def resolved(
    *documents: Document, standard: Standard = WIDE, on: date = DAY, region: str | None = None, **classes: str
) -> ResolvedStandard:
    """classes: values of classifying facts that are known."""
    layers = [read(each, standard) for each in documents]
    return resolve(standard, layers, Question(on, region, PATHS, classes))


def faults_of(*documents: Document, **asked: Any) -> list[tuple[str, str | None]]:
    """Code and pointer of each violation; none where it resolves."""
    try:
        resolved(*documents, **asked)
    except Invalid as error:
        return [(str(each.code), each.pointer) for each in error.violations]
    return []


def value_of(given: ResolvedStandard, parameter: str) -> Any:
    """As the resolved document writes it: a value, or a table by class."""
    found = parameter_of(given, parameter)
    return found.get("value", found.get("value_by_class"))


def domain_of(given: ResolvedStandard, parameter: str) -> Any:
    found = parameter_of(given, parameter)
    return found.get("domain", found.get("domain_by_class"))


def parameter_of(given: ResolvedStandard, parameter: str) -> Document:
    parameters: Sequence[Document] = given.document["parameters"]
    return next(each for each in parameters if each["id"] == parameter)


EVIDENCE = {"fact": "enterprises", "value": 2, "as_of": "2026-02-28", "source": "Register"}
# Everything that localizations can do, at once.
FULL = chain(
    make_localization("national", draft_for_demonstration={"en": "Made up."}),
    make_localization(
        "province",
        narrow=[
            make_narrowing("hours", minimum=24),
            make_narrowing("share", by_class={"hill": {"maximum": "60"}}),
            make_narrowing("open", by_class={"hill": {"maximum": "60"}}),
            make_narrowing("grade", choices=["mid", "high"]),
            make_narrowing("begins", minimum="2026-05-11"),
        ],
        set=[make_setting("share", {"hill": "55"}), make_setting("method", "c")],
    ),
    make_localization(
        mandates=[{"id": "own", "document": {"zh": "县发 2026 年第 7 号"}}],
        set=[
            make_setting("meets", False, mandate="own", set_by={"en": "The county"}),
            make_setting("proved", "3.5", evidence=[EVIDENCE], valid_to="2026-12-31"),
            make_setting("begins", "2026-06-15", provenance={"basis": "construction"}),
            make_setting("grade", "high"),
        ],
        waive=[make_waiver("c", mandate="m1"), make_waiver("relative", valid_from="2026-06-01")],
        add_informative=[{"id": "visits", "statement": {"en": "Visits"}, "finding": {"type": "integer"}}],
    ),
)
