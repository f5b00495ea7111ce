"""What a finding about independence, tenure, declared interests or exclusions says, in Chinese and English. Pure.

A day that ends something is the first one without it. Bodies are told by their codes.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias

from registry.evaluators import declared_interests, exclusion_matching, independence, tenure
from registry.evaluators.ownership import Gap
from registry.evaluators.periods import Period
from registry.evaluators.sentence_words import GAPS, ROLES, SENTENCES, WHEN_ADVISED, WHY
from registry.languages import LANGUAGES, Language
from registry.validity import ZONE

Message: TypeAlias = Mapping[Language, str]
Finding: TypeAlias = independence.Finding | tenure.Finding | declared_interests.Finding | exclusion_matching.Finding
_Words: TypeAlias = Mapping[str, str]


def message(finding: Finding) -> Message:
    """In every language."""
    return {language: sentence(finding, language) for language in LANGUAGES}


def sentence(finding: Finding, language: Language) -> str:
    return SENTENCES[_variant(finding)][language].format(**_words(finding, language))


def gap_message(gap: Gap) -> Message:
    return {language: GAPS[gap.kind][language].format(body=_body(gap.body, language)) for language in LANGUAGES}


def _variant(finding: Finding) -> str:
    """Its code, but where one code has two reasons."""
    is_other = isinstance(finding, exclusion_matching.Finding) and finding.is_about_other_things
    return f"{finding.code} other things" if is_other else str(finding.code)


def _words(finding: Finding, language: Language) -> _Words:
    match finding:
        case independence.Finding():
            return _of_independence(finding, language)
        case tenure.Finding():
            return _of_tenure(finding, language)
        case declared_interests.Finding():
            return _of_declarations(finding, language)
        case exclusion_matching.Finding():
            return _of_exclusions(finding, language)


def _of_independence(finding: independence.Finding, language: Language) -> _Words:
    return _known(
        evaluator=_body(finding.evaluator, language),
        role=None if finding.role is None else ROLES[finding.role][language],
        party=None if finding.party is None else _body(finding.party, language),
        through=_listed(finding.through, language),
        limit=f"{float(finding.limit * 100):g}%",
        ended_on=_day(finding.ended_on, language),
        until=_day(finding.until, language),
    )


def _of_tenure(finding: tenure.Finding, language: Language) -> _Words:
    advice = finding.facts[0] if finding.facts else None
    words = _known(
        evaluator=_body(finding.evaluator, language),
        months=finding.months,
        number=finding.number,
        count=finding.count,
        limit=finding.limit,
    )
    if not isinstance(advice, tenure.Advice):
        return words
    when = WHEN_ADVISED["goes on" if advice.ended_on is None else "ended"][language]
    days = {"ended_on": _day(advice.ended_on, language), "until": _day(finding.until, language)}
    bodies = {"adviser": _body(advice.adviser, language), "subject": _body(advice.subject, language)}
    return {**words, **bodies, "when": when.format(**days)}


def _of_declarations(finding: declared_interests.Finding, language: Language) -> _Words:
    told = finding.declaration
    if told is None:
        return _known(looked_at=_period(finding.looked_at, language))
    return _known(
        parties=_listed(finding.parties, language),
        id=told.id,
        in_force=_period(told.in_force, language),
        about=_body(told.about, language),
        statement=told.statement,
    )


def _of_exclusions(finding: exclusion_matching.Finding, language: Language) -> _Words:
    entry, like = finding.entry, finding.match
    return _known(
        body=_body(finding.body, language),
        asked=_body(finding.asked, language),
        list=finding.question.list_id,
        known_at=_instant(finding.question.known_at, language),
        queried_at=None if finding.snapshot is None else _instant(finding.snapshot.queried_at, language),
        max_age_days=finding.max_age_days,
        key=None if entry is None else entry.key,
        name=None if entry is None else entry.name,
        in_force=None if entry is None else _period(entry.in_force, language),
        why=None if like is None else WHY[like.why][language],
        score=None if like is None else f"{like.score:.2f}",
    )


def _known(**facts: object) -> _Words:
    """What is not known is left out, so that no sentence can have a hole."""
    return {name: str(fact) for name, fact in facts.items() if fact is not None}


def _listed(bodies: tuple[str, ...], language: Language) -> str | None:
    return None if not bodies else ("、" if language == "zh" else ", ").join(_body(each, language) for each in bodies)


def _body(key: str, language: Language) -> str:
    """Without the kind of its key, but for regions, which are known by it."""
    kind, _, rest = key.partition(":")
    if kind == "person":
        return f"自然人（{rest}）" if language == "zh" else f"the person {rest}"
    if kind == "name":
        name = rest.partition("@")[0]
        return f"“{name}”"
    return rest if kind in {"uscc", "evaluator"} else key


def _day(day: date | None, language: Language) -> str | None:
    if day is None:
        return None
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else day.isoformat()


def _period(period: Period | None, language: Language) -> str | None:
    if period is None:
        return None
    if language == "en":
        return str(period)
    first = _day(period.valid_from, language)
    if period.valid_to is None:
        return f"自{first}起"
    return f"{first}至{_day(period.valid_to - timedelta(days=1), language)}"


def _instant(instant: datetime, language: Language) -> str:
    local = instant.astimezone(ZONE)
    if language == "zh":
        return f"北京时间{_day(local.date(), language)}{local:%H:%M:%S}"
    return f"{local:%Y-%m-%d %H:%M:%S} (UTC+8)"
