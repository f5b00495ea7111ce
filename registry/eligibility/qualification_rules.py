"""Rules about the right itself: scope, version of the standard, validity, suspension, appeals, surveillance. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from registry.eligibility.case import Case, ScopeAnswer
from registry.eligibility.covering import days_late, spans_in
from registry.eligibility.decision import Outcome
from registry.eligibility.facts import all_known, fact
from registry.eligibility.policy import Limits
from registry.eligibility.rule import Answer, Found
from registry.evaluators.coverage import Gap, Reason
from registry.evaluators.coverage import Outcome as Covered
from registry.evaluators.policy import State
from registry.evaluators.scope import Dimension

_SUSPENSIONS = frozenset({Reason.SUSPENDED, Reason.SUSPENSION_REVIEW_OVERDUE})
_SCOPE_CODES = {
    Dimension.DOMAIN: "SCOPE_DOMAIN",
    Dimension.REGION: "SCOPE_REGION",
    Dimension.EVALUATION_TYPE: "SCOPE_TYPE",
    Dimension.SUBJECT_LEVEL: "SCOPE_LEVEL",
    Dimension.STANDARD: "SCOPE_STANDARD_VERSION",
}
_REMEDIES = {
    Reason.NO_RECORD: "SHOW_QUALIFICATION",
    Reason.NOT_YET_VALID: "WAIT_FOR_BEGINNING",
    Reason.EXPIRED: "NEW_APPLICATION",
    Reason.VALIDITY_ENDS_IN_WINDOW: "RENEWAL_BEFORE",
}


def scope(case: Case, _: Limits) -> Answer:
    """Each tuple by one item, on every day of the window; the version of the standard apart."""
    found, values = list[Found](), list[bool | None]()
    for place, each in enumerate(case.coverages):
        gaps = [gap for gap in each.coverage.gaps if gap.reason in _SCOPE_CODES and gap.reason != Dimension.STANDARD]
        if gaps:
            values.append(False)
            found += [_scope_fault(case, place, gap) for gap in gaps]
        elif not case.holdings:
            values.append(None)
            found.append(_no_record(case, place))
        elif each.coverage.unknown:
            values.append(None)
            words = {"region": _region(case, place)}
            found.append(
                Found(Outcome.UNKNOWN, "SCOPE_UNKNOWN", _about(place), words, facts=_items(case, each),
                      gap=each.coverage.unknown, remedy="IMPORT_DIVISIONS")
            )  # fmt: skip
        else:
            values.append(True)
            found.append(Found(Outcome.PASS, "SCOPE_COVERED", _about(place), facts=_items(case, each)))
    return Answer(_told("covers_scope", all_known(values)), tuple(found))


def _scope_fault(case: Case, place: int, gap: Gap) -> Found:
    assert isinstance(gap.reason, Dimension)
    each = case.coverages[place]
    misses = [miss for miss in each.nearest_misses if miss.dimension is gap.reason]
    words = {"asked": _asked(case, place, gap.reason), "held": [miss.held for miss in misses]}
    refs = [fact(_item_ref(case, miss.item_id), held=miss.held) for miss in misses]
    return Found(
        Outcome.FAIL, _SCOPE_CODES[gap.reason], _about(place), words, facts=tuple(refs) or _all_items(case),
        gap=(gap.period,), remedy="EXTENSION",
    )  # fmt: skip


def version(case: Case, limits: Limits) -> Answer:
    """The version that was pinned where the work began, or the one that is asked about."""
    found, values, before, days = [], list[bool | None](), list[bool | None](), 0
    for place, each in enumerate(case.coverages):
        gaps = [gap for gap in each.coverage.gaps if gap.reason is Dimension.STANDARD]
        if not gaps:
            values.append(True if case.holdings else None)
            before.append(values[-1])
            found.append(_version_met(case, place))
            continue
        values.append(False)
        is_before = each.before is not None and each.before.outcome is Covered.COVERED
        before.append(is_before)
        began = each.version_began_on
        passed = limits.transition_days + 1 if began is None else (case.question.window.valid_from - began).days
        days = max(days, passed)
        is_passing = is_before and passed <= limits.transition_days
        until = None if began is None else began + timedelta(days=limits.transition_days)
        words = {"asked": _asked(case, place, Dimension.STANDARD), "until": until}
        found.append(
            Found(
                Outcome.REVIEW if is_passing else Outcome.FAIL,
                "VERSION_IN_TRANSITION" if is_passing else "SCOPE_STANDARD_VERSION",
                _about(place), words, facts=_items(case, each) or _all_items(case),
                gap=tuple(gap.period for gap in gaps), remedy="EXTENSION", by=until if is_passing else None,
                changes_on=until + timedelta(days=1) if is_passing and until is not None else None,
            )
        )  # fmt: skip
    facts = {**_told("covers_version", all_known(values)), **_told("covers_version_before", all_known(before))}
    return Answer({**facts, "days_since_version": days}, tuple(found))


def _version_met(case: Case, place: int) -> Found:
    each = case.coverages[place]
    if not case.holdings:
        return _no_record(case, place)
    if each.holding is None:
        return Found(Outcome.NOT_APPLICABLE, "NO_ITEM_FITS", _about(place))
    return Found(Outcome.PASS, "VERSION_COVERED", _about(place), facts=_items(case, each))


def valid_at_start(case: Case, _: Limits) -> Answer:
    found, values = [], list[bool | None]()
    start = case.question.window.valid_from
    for place, each in enumerate(case.coverages):
        if not case.holdings:
            values.append(None)
            found.append(_no_record(case, place))
            continue
        if each.holding is None:
            found.append(Found(Outcome.NOT_APPLICABLE, "NO_ITEM_FITS", _about(place)))
            continue
        gaps = [gap for gap in _validity_gaps(each) if gap.period.holds(start)]
        values.append(_is_valid(gaps))
        found.append(_of_validity(case, place, gaps[0]) if gaps else _is_valid_finding(case, place))
    return Answer(_told("is_valid_at_start", all_known(values)), tuple(found))


def valid_throughout(case: Case, _: Limits) -> Answer:
    found, days, is_unknown = [], 0, False
    for place, each in enumerate(case.coverages):
        if not case.holdings:
            is_unknown = True
            found.append(_no_record(case, place))
        elif each.holding is None:
            found.append(Found(Outcome.NOT_APPLICABLE, "NO_ITEM_FITS", _about(place)))
        else:
            gaps = _validity_gaps(each)
            days += sum(gap.period.days() for gap in gaps if gap.reason is not Reason.NO_RECORD)
            is_unknown |= any(gap.reason is Reason.NO_RECORD for gap in gaps)
            found += [_of_validity(case, place, gap) for gap in gaps] or [_is_valid_finding(case, place)]
    is_told = days > 0 or (not is_unknown and any(each.holding for each in case.coverages))
    return Answer({"days_not_valid": days} if is_told else {}, tuple(found))


def suspension(case: Case, _: Limits) -> Answer:
    """Every cause that is open on a day of the window; of items that were not asked for, as a remark."""
    found, causes = list[Found](), set[str]()
    for place, each in enumerate(case.coverages):
        for gap in each.coverage.gaps:
            if gap.reason in _SUSPENSIONS:
                causes |= set(gap.causes) or {"-"}
                words = {"causes": gap.causes, "from": gap.period.valid_from}
                found.append(
                    Found(Outcome.FAIL, str(gap.reason), _about(place), words, facts=_events(case, gap.basis),
                          gap=(gap.period,), remedy="REINSTATEMENT")
                )  # fmt: skip
    if not case.holdings:
        return Answer({}, (_no_record(case, 0),))
    if not found:
        others = sorted(_suspended_items(case))
        code = "OTHER_ITEM_SUSPENDED" if others else "NOT_SUSPENDED"
        refs = tuple(fact(_item_ref(case, each)) for each in others)
        found.append(Found(Outcome.PASS, code, words={"items": others}, facts=refs))
    return Answer({"open_causes": len(causes)}, tuple(found))


def appeals(case: Case, _: Limits) -> Answer:
    """The decision stays in force while an appeal is pending; who reads the answer should know."""
    found = tuple(
        Found(Outcome.REVIEW, "APPEAL_PENDING", each.ref, {"filed_on": each.filed_on},
              facts=(fact(each.ref, each.recorded_at, decision=each.decision_id),))
        for each in case.appeals
    )  # fmt: skip
    return Answer({"has_pending_appeal": bool(found)}, found or (Found(Outcome.PASS, "NO_APPEAL_PENDING"),))


def surveillance(case: Case, limits: Limits) -> Answer:
    """How late it is by the day from which ages count: what falls due later on may still be done in time."""
    window, found, late = case.question.window, [], 0
    for place, each in enumerate(case.coverages):
        spans = () if each.holding is None else tuple(spans_in(each.holding.spans, window))
        due = min((span.status.surveillance_due_on for span in spans if span.status.surveillance_due_on), default=None)
        if each.holding is None or due is None:
            found.append(Found(Outcome.NOT_APPLICABLE, "NO_ITEM_FITS", _about(place)))
            continue
        days = days_late(each.holding.spans, window, case.aged_on)
        late = max(late, days)
        words = {"days": days, "due_on": due, "grace": limits.surveillance_grace_days}
        facts = _items(case, each)
        if days:
            is_fail = days > limits.surveillance_grace_days
            ends_on = due + timedelta(days=limits.surveillance_grace_days + 1)
            found.append(
                Found(Outcome.FAIL if is_fail else Outcome.REVIEW, "SURVEILLANCE_OVERDUE", _about(place), words,
                      facts=facts, remedy="SURVEILLANCE", by=ends_on, changes_on=ends_on)
            )  # fmt: skip
        else:
            falls_due = window.holds(due)
            found.append(
                Found(Outcome.PASS, "SURVEILLANCE_FALLS_DUE" if falls_due else "SURVEILLANCE_IN_TIME", _about(place),
                      words, facts=facts, changes_on=due + timedelta(days=1))
            )  # fmt: skip
    return Answer({"surveillance_days_late": late}, tuple(found))


def _validity_gaps(each: ScopeAnswer) -> list[Gap]:
    """Days without a valid qualification. A suspended one is valid and must not be used: that is another rule's."""
    return [gap for gap in each.coverage.gaps if isinstance(gap.reason, Reason) and gap.reason not in _SUSPENSIONS]


def _is_valid(gaps: list[Gap]) -> bool | None:
    if any(gap.reason is not Reason.NO_RECORD for gap in gaps):
        return False
    return None if gaps else True


def _of_validity(case: Case, place: int, gap: Gap) -> Found:
    """Nothing that is recorded is no failure: that only says what the registry does not know."""
    assert isinstance(gap.reason, Reason)
    if gap.reason is Reason.NO_RECORD:
        return _no_record(case, place)
    holding = case.coverages[place].holding
    assert holding is not None
    status = next(span.status for span in holding.spans if span.period.holds(gap.period.valid_from))
    last = None if status.valid_to is None else status.valid_to - timedelta(days=1)
    by = status.valid_to if gap.reason is Reason.VALIDITY_ENDS_IN_WINDOW else None
    reports = case.void_reports if gap.reason is Reason.VOID else ()
    told = tuple(fact(each.ref, each.recorded_at, issued_on=each.issued_on) for each in reports)
    return Found(
        Outcome.FAIL, str(gap.reason), _about(place), {"from": gap.period.valid_from, "last": last},
        facts=(*(_events(case, gap.basis) or _items(case, case.coverages[place])), *told), gap=(gap.period,),
        remedy=_REMEDIES.get(gap.reason, "NEW_APPLICATION"), by=by, changes_on=by or gap.period.valid_to,
    )  # fmt: skip


def _is_valid_finding(case: Case, place: int) -> Found:
    each = case.coverages[place]
    assert each.holding is not None
    start = case.question.window.valid_from
    status = next(span.status for span in each.holding.spans if span.period.holds(start))
    until = status.valid_to
    words = {"last": None if until is None else until - timedelta(days=1)}
    facts = _events(case, status.basis) or _items(case, each)
    return Found(Outcome.PASS, "VALID", _about(place), words, facts=facts, changes_on=until)


def _no_record(case: Case, place: int) -> Found:
    facts = (fact(case.entity.code, case.entity.recorded_at),)
    return Found(Outcome.UNKNOWN, "NO_RECORD", _about(place), facts=facts, remedy="SHOW_QUALIFICATION")


def _suspended_items(case: Case) -> Iterator[str]:
    asked = {each.holding.item.id for each in case.coverages if each.holding is not None}
    for holding in case.holdings:
        spans = spans_in(holding.spans, case.question.window)
        if holding.item.id not in asked and any(span.status.state is State.SUSPENDED for span in spans):
            yield holding.item.id


def _told(name: str, value: bool | None) -> dict[str, bool]:
    return {} if value is None else {name: value}


def _about(place: int) -> str:
    return f"scope {place + 1}"


def _region(case: Case, place: int) -> str:
    return case.question.scope[place].region


def _asked(case: Case, place: int, dimension: Dimension) -> str:
    asked = case.question.scope[place]
    return {
        Dimension.DOMAIN: asked.domain,
        Dimension.REGION: asked.region,
        Dimension.EVALUATION_TYPE: asked.evaluation_type,
        Dimension.SUBJECT_LEVEL: asked.subject_level,
        Dimension.STANDARD: f"{asked.standard_family}@{asked.standard_version}",
    }[dimension]


def _item_ref(case: Case, item_id: str) -> str:
    return f"{case.entity.code}/item/{item_id}"


def _items(case: Case, each: ScopeAnswer) -> tuple[Mapping[str, Any], ...]:
    return () if each.holding is None else (fact(_item_ref(case, each.holding.item.id)),)


def _all_items(case: Case) -> tuple[Mapping[str, Any], ...]:
    return tuple(fact(_item_ref(case, each.item.id)) for each in case.holdings)


def _events(case: Case, ids: Iterable[str]) -> tuple[Mapping[str, Any], ...]:
    return tuple(case.events[each] for each in ids if each in case.events)
