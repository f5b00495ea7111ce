"""Every rule of eligibility, in the order of the buyer's questions. An identifier is for ever. Pure."""

from registry.eligibility import (
    entity_rules,
    independence_rules,
    list_rules,
    people_rules,
    qualification_rules,
    reliability_rules,
)
from registry.eligibility.question import RiskClass
from registry.eligibility.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule("ENT-001", 1, 1, ("ent-001",), entity_rules.identity),
    Rule("ENT-003", 1, 1, ("ent-003",), entity_rules.succession),
    Rule("ENT-002", 1, 2, ("ent-002",), entity_rules.existence),
    Rule("SCO-001", 1, 3, ("sco-001",), qualification_rules.scope),
    Rule("VAL-001", 1, 3, ("val-001",), qualification_rules.valid_at_start),
    Rule("VAL-002", 1, 4, ("val-002",), qualification_rules.valid_throughout),
    Rule("SUS-001", 1, 5, ("sus-001",), qualification_rules.suspension),
    Rule("APP-001", 1, 5, ("app-001",), qualification_rules.appeals),
    Rule("REP-001", 1, 5, ("rep-001",), people_rules.reports_while_suspended),
    Rule("SUR-001", 1, 6, ("sur-001",), qualification_rules.surveillance),
    Rule("STA-001", 1, 7, ("sta-001",), people_rules.key_staff),
    Rule("SIG-001", 1, 7, ("sig-001",), people_rules.signatories),
    Rule("EXC-001", 1, 8, ("exc-001",), list_rules.exclusions),
    Rule("EXC-002", 1, 9, ("exc-002",), list_rules.controllers),
    Rule("EXC-003", 1, 9, ("exc-003",), list_rules.successors),
    Rule("COI-001", 1, 10, ("coi-001",), independence_rules.related_parties),
    Rule("COI-002", 1, 10, ("coi-002",), independence_rules.commissioner_and_payer),
    Rule("COI-003", 1, 10, ("coi-003",), independence_rules.other_bidders),
    Rule("COI-004", 1, 10, ("coi-004",), independence_rules.declared),
    Rule("ADV-001", 1, 11, ("adv-001",), independence_rules.advice),
    Rule("ROT-001", 1, 12, ("rot-001",), independence_rules.rotation),
    Rule("CAP-001", 1, 13, ("cap-001",), people_rules.capacity),
    Rule("ACC-001", 1, 14, ("acc-001",), people_rules.hard_dependencies),
    Rule("ACC-002", 1, 14, ("acc-002",), people_rules.soft_dependencies),
    Rule("REL-001", 1, 15, tuple(f"rel-001-{each}" for each in RiskClass), reliability_rules.reliability),
    Rule("STD-001", 1, 16, ("std-001",), qualification_rules.version),
)
