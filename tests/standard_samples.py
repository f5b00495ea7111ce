"""Valid documents for the tests of standards: each builder takes the members that differ.

INVEST is the task of the three enterprises: a town with two of them that is asked to invest in three, may not change
its plan, and may not hold funds back.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

Document = dict[str, Any]

INVEST: Mapping[str, Any] = {
    "$schema": "urn:evaluator-registry:schema:standard:v1",
    "id": "rural-investment",
    "version": "2.1.0",
    "title": {"zh": "乡村产业投资考核", "en": "Rural investment"},
    "field": "rural_governance",
    "subject": {"kind": "township"},
    "valid_from": "2026-04-01",
    "valid_to": "2027-04-01",
    "supersedes": "2.0.3",
    "levels": ["national", "province", "prefecture", "county", "township"],
    "sources": [{"id": "S1", "what": "A report of 2019."}],
    "mandates": [
        {
            "id": "m1",
            "document": {"zh": "关于整治形式主义为基层减负的若干规定"},
            "level": "national",
            "valid_from": "2024-08-06",
            "provenance": {"basis": "found", "source": "S1"},
        }
    ],
    "fact_definitions": [
        {
            "id": "eligible_enterprises",
            "name": {"zh": "符合条件的企业数", "en": "eligible enterprises"},
            "type": "integer",
            "minimum": 0,
            "maximum": 500,
            "source_kind": "register",
            "max_age_days": 365,
            "region_fact": "eligible_enterprises",
        },
        {"id": "terrain", "type": "text", "choices": ["mountain", "hill", "plain"]},
    ],
    "action_definitions": [
        {"id": "enterprises_invested", "type": "integer", "minimum": 0, "maximum": 500},
        {"id": "funds_unspent", "type": "decimal", "unit": "CNY", "minimum": "0", "maximum": "100000000"},
        {"id": "plan_changed", "type": "boolean"},
    ],
    "axioms": [
        {"id": "a1", "rule": "actions.enterprises_invested <= facts.eligible_enterprises"},
        {
            "id": "a2",
            "rule": "actions.enterprises_invested < params.invest_target && !actions.plan_changed"
            " ? actions.funds_unspent > 0 : true",
        },
    ],
    "parameters": [
        {
            "id": "invest_target",
            "name": {"zh": "应投资企业数", "en": "enterprises to invest in"},
            "type": "integer",
            "default": 3,
            "domain": {"minimum": 1, "maximum": 5},
            "settable_by": ["county"],
            "narrowable_by": ["province", "prefecture"],
            "stricter_when": "higher",
            "max_relaxation": "2",
            "evidence_required": ["eligible_enterprises"],
        },
        {
            "id": "green_cover",
            "type": "decimal",
            "unit": "%",
            "classified_by": "terrain",
            "default_by_class": {"mountain": "80", "hill": "50", "plain": "20"},
            "domain_by_class": {
                "mountain": {"minimum": "60", "maximum": "100"},
                "hill": {"minimum": "30", "maximum": "80"},
                "plain": {"minimum": "10", "maximum": "40"},
            },
            "settable_by": ["province", "county"],
            "stricter_when": "higher",
            "max_tightening": "10",
            "max_relaxation": "10",
        },
    ],
    "scales": [
        {
            "id": "order",
            "points": [
                {"value": "0", "anchor": {"en": "no order"}, "points": "0"},
                {"value": "1", "anchor": {"en": "order"}, "points": "20"},
            ],
        }
    ],
    "groups": [{"id": "g1", "name": {"en": "Industry"}}],
    "criteria": [
        {
            "id": "c-invest",
            "group": "g1",
            "statement": {"zh": "投资企业数达到目标", "en": "As many enterprises as the target says"},
            "obligation": "mandatory",
            "result_level": "output",
            "weight": "45",
            "mandates": ["m1"],
            "applies_when": "facts.eligible_enterprises >= 1",
            "measure": {"kind": "condition", "rule": "actions.enterprises_invested >= params.invest_target"},
        },
        {
            "id": "c-noplan",
            "group": "g1",
            "statement": {"en": "The plan is not changed"},
            "obligation": "mandatory",
            "result_level": "process",
            "weight": "0",
            "measure": {"kind": "condition", "rule": "!actions.plan_changed"},
            "waivable_by": ["county"],
        },
        {
            "id": "c-funds",
            "group": "g1",
            "statement": {"en": "No funds are held back"},
            "obligation": "mandatory",
            "result_level": "process",
            "weight": "35",
            "measure": {"kind": "condition", "rule": "actions.funds_unspent == 0.0"},
            "veto": True,
        },
        {
            "id": "c-green",
            "statement": {"en": "Trees and grass cover enough of the village"},
            "obligation": "scored",
            "result_level": "outcome",
            "weight": "20",
            "finding": {"type": "decimal", "unit": "%", "minimum": "0", "maximum": "100"},
            "measure": {
                "kind": "condition",
                "rule": {
                    "template": "threshold",
                    "measure": 'findings["c-green"]',
                    "operator": ">=",
                    "limit": "params.green_cover",
                },
            },
        },
        {
            "id": "c-order",
            "statement": {"en": "The yards are in order"},
            "obligation": "informative",
            "result_level": "outcome",
            "measure": {"kind": "judgement", "scale": "order"},
        },
    ],
    "decision": {"kind": "points", "total": "100", "provenance": {"basis": "construction"}},
}


def make_standard(**changes: Any) -> Document:
    """The investment standard; a member that is None is left out."""
    return _changed(INVEST, changes)


def make_fact(**changes: Any) -> Document:
    return _changed({"id": "x", "type": "decimal", "minimum": "0", "maximum": "10"}, changes)


def make_parameter(**changes: Any) -> Document:
    """params.p, which anyone may set from 1 to 5."""
    common = {"id": "p", "type": "decimal", "default": "2", "domain": {"minimum": "1", "maximum": "5"}}
    return _changed({**common, "settable_by": ["county"], "stricter_when": "higher"}, changes)


def make_criterion(rule: Any = "facts.x >= params.p", **changes: Any) -> Document:
    """A mandatory condition on facts.x."""
    common = {"id": "c", "statement": {"en": "x is enough"}, "obligation": "mandatory", "result_level": "output"}
    return _changed({**common, "measure": {"kind": "condition", "rule": rule}}, changes)


def make_small_standard(**changes: Any) -> Document:
    """One fact, one parameter and one criterion that compares them."""
    common = {
        key: INVEST[key] for key in ("$schema", "id", "version", "title", "field", "subject", "valid_from", "levels")
    }
    lists = {"fact_definitions": [make_fact()], "parameters": [make_parameter()], "criteria": [make_criterion()]}
    return _changed({**common, **lists, "decision": {"kind": "all"}}, changes)


def _changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> Document:
    merged = {**document, **changes}
    return deepcopy({key: value for key, value in merged.items() if value is not None})
