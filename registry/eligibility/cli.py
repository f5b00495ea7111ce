"""Commands about eligibility. Heavy packages are imported only by the function that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from registry.command_options import JsonOption, LanguageOption, language_of
from registry.eligibility.batch_cli import acting, ask_about_file
from registry.eligibility.question import RiskClass
from registry.evaluators.deciding_cli import BodyArgument, KeyOption

if TYPE_CHECKING:
    from registry.eligibility.asking import Written

_BATCH = "--batch"


class _BodyOrCommand(TyperGroup):
    """`registry check ev-000001` is `registry check ask ev-000001`, with --batch `registry check batch FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            place = args.index(_BATCH) if _BATCH in args else None
            args = ["ask", *args] if place is None else ["batch", *args[:place], *args[place + 1 :]]
        return super().parse_args(ctx, args)


check = typer.Typer(
    name="check",
    cls=_BodyOrCommand,
    help="Say whether an evaluator is eligible, and why: registry check EVALUATOR, or --batch FILE for many.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
check.command("batch")(ask_about_file)

CheckArgument = Annotated[str, typer.Argument(metavar="CHECK", help="Code of a stored answer, as ec-000001.")]
OptionalKey = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", envvar="REGISTRY_KEY_FILE", help="Holds an API key; default: the operator."),
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="INSTANT", help="As 2026-03-10T00:00:00Z; default: now.")
]
Party = Annotated[str | None, typer.Option(help="A code, a credit code or a region.")]
Parties = Annotated[list[str] | None, typer.Option(help="As the others; repeatable.")]


@check.command()
def ask(
    evaluator: Annotated[str, typer.Argument(metavar="EVALUATOR", help="A code, as ev-000001, or a credit code.")],
    domain: Annotated[str, typer.Option(help="Field of the work.")],
    region: Annotated[str, typer.Option(help="Where, as mca:330106.")],
    evaluation_type: Annotated[str, typer.Option("--type", help="Kind of evaluation.")],
    standard: Annotated[str, typer.Option(help="ID@VERSION, or an ID for the version in force.")],
    level: Annotated[str | None, typer.Option(help="Of the subject; default: that of the region.")] = None,
    valid_at: Annotated[str | None, typer.Option("--valid-at", metavar="DATE", help="One day.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day of the work.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="First day after it.")] = None,
    known_at: KnownAt = None,
    subject: Parties = None,
    commissioner: Party = None,
    payer: Party = None,
    other_bidder: Annotated[list[str] | None, typer.Option(help="Repeatable; none: nobody else bids.")] = None,
    implementer: Parties = None,
    risk_class: Annotated[RiskClass, typer.Option(help="Of the work.")] = RiskClass.NORMAL,
    engagement: Annotated[str | None, typer.Option(help="The one under way that is asked about.")] = None,
    lists: Annotated[list[str] | None, typer.Option("--list", metavar="CODE", help="Only this list.")] = None,
    tender: Annotated[str | None, typer.Option(help="Clause of the tender document.")] = None,
    name: Annotated[list[str] | None, typer.Option(help="Of a body that is not registered.")] = None,
    store: Annotated[bool, typer.Option("--store", help="Keep the answer, so that it can be replayed.")] = False,
    key: OptionalKey = None,
    json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Ask about one evaluator. The exit code is 0 whatever the verdict is."""
    from registry.eligibility.asking import Tuple, Written, window_of
    from registry.evaluators.asked_times import read_valid_at

    days = (None if each is None else read_valid_at(each) for each in (valid_at, first, until))
    bidders = None if other_bidder is None else tuple(each for each in other_bidder if each != "none")
    question = Written(
        evaluator, (Tuple(domain, region, evaluation_type, standard, level),), window_of(*days), tuple(subject or ()),
        commissioner, payer, bidders, tuple(implementer or ()), risk_class, engagement,
        None if lists is None else tuple(lists), tender, tuple(name or ()),
    )  # fmt: skip
    document = _stored(question, known_at, key) if store else _asked(question, known_at, key)
    _print(document, json, language)


def _asked(question: "Written", known_at: str | None, key: Path | None) -> Any:
    from registry.accounts.permissions import Permission
    from registry.clock import utc_now
    from registry.eligibility import check_service
    from registry.eligibility.reach_service import require
    from registry.eligibility.wire import one_answer
    from registry.evaluators.asked_times import read_known_at
    from registry.own_database import own_database

    now = utc_now()
    known = read_known_at(known_at, now, "--known-at")

    def look(session: Any) -> Any:
        require(session, acting(session, key, now), Permission.ELIGIBILITY_READ, [question])
        return check_service.ask(session, [question], known)

    with own_database() as own:
        return one_answer(own.read(look), now)


def _stored(question: "Written", known_at: str | None, key: Path | None) -> Any:
    from registry.accounts.permissions import Permission
    from registry.audit.service import take_turn
    from registry.clock import utc_now
    from registry.eligibility import check_service
    from registry.eligibility.reach_service import require
    from registry.eligibility.wire import check_document
    from registry.evaluators.asked_times import read_known_at
    from registry.own_database import own_database

    def work(session: Any) -> Any:
        # Before the first look at the database: what is seen while waiting would be old when the turn comes.
        take_turn(session)
        now = utc_now()
        actor = acting(session, key, now)
        require(session, actor, Permission.ELIGIBILITY_CHECK, [question])
        known = read_known_at(known_at, now, "--known-at")
        return check_document(check_service.store(session, actor, [question], known, now), (), ())

    with own_database() as own:
        return own.write(work)


def _print(document: Any, json: bool, language: Any) -> None:
    from registry.canonical import canonical_json
    from registry.eligibility.check_table import decision_lines
    from registry.eligibility.consortium import members_of

    if json:
        typer.echo(canonical_json(document).decode())
        return
    members = members_of(document)
    for line in decision_lines(members, document["verdict"], document["known_at"], language_of(language)):
        typer.echo(line)
    typer.echo(f"{document['decision_id'] or 'Nothing is stored'}  {document['result_sha256']}")


@check.command("list")
def list_stored(
    evaluator: Annotated[str | None, typer.Option(help="Code, or the credit code asked about.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    json: JsonOption = False,
) -> None:
    """List stored answers, the newest first."""
    from registry.eligibility import affected_service, check_service
    from registry.eligibility.wire import ChecksOut, line_out
    from registry.own_database import own_database

    def look(session: Any) -> ChecksOut:
        found = check_service.list_checks(session, evaluator=evaluator, limit=most)
        waiting = affected_service.needing_review(session, found)
        return ChecksOut(checks=[line_out(each, each.id in waiting) for each in found], next=None)

    with own_database() as own:
        out = own.read(look)
    if json:
        typer.echo(out.model_dump_json())
        return
    for each in out.checks:
        mark = "  needs review" if each.needs_review else ""
        typer.echo(
            f"{each.decision_id}  {each.stored_at:%Y-%m-%d %H:%M:%S}Z  {each.verdict:13}  {', '.join(each.about)}{mark}"
        )
    if not out.checks:
        typer.echo("Nothing is stored yet. Use: registry check EVALUATOR ... --store", err=True)


@check.command()
def show(code: CheckArgument, json: JsonOption = False, language: LanguageOption = None) -> None:
    """Print a stored answer, what an officer decided beside it, and what came up since."""
    from registry.eligibility import affected_service, check_service, override_service
    from registry.eligibility.wire import check_document
    from registry.own_database import own_database

    def look(session: Any) -> Any:
        found = check_service.get_check(session, code)
        marks = affected_service.list_affected(session, limit=100, check=found)
        return check_document(found, override_service.list_overrides(session, found), marks)

    with own_database() as own:
        document = own.read(look)
    _print(document, json, language)
    for each in () if json else document["overrides"]:
        typer.echo(
            f"Decided otherwise: {each['verdict']}, {each['decided_at']}: {each['reason']} ({each['legal_basis']})"
        )
    for each in () if json else document["affected"]:
        typer.echo(f"Would be {each['verdict_now']} by what was recorded since: {', '.join(each['cause'])}")


@check.command()
def replay(
    code: CheckArgument, known_at: KnownAt = None, json: JsonOption = False, language: LanguageOption = None
) -> None:
    """Answer a stored question again: by what was known then, or at another instant, rule by rule."""
    from registry.clock import utc_now
    from registry.eligibility import check_service
    from registry.eligibility.check_table import replay_lines
    from registry.eligibility.wire import replay_out
    from registry.evaluators.asked_times import read_known_at
    from registry.own_database import own_database

    at = None if known_at is None else read_known_at(known_at, utc_now(), "--known-at")

    def look(session: Any) -> Any:
        found = check_service.get_check(session, code)
        return replay_out(found, check_service.replay(session, found, at))

    with own_database() as own:
        out = own.read(look)
    typer.echo(out.model_dump_json() if json else "\n".join(replay_lines(out, language_of(language))))


@check.command()
def affected(
    code: Annotated[str | None, typer.Option("--check", help="Only of this one.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that an officer looked at.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """List stored answers that would be others by what was recorded since."""
    from registry.eligibility import affected_service, check_service
    from registry.eligibility.check_table import difference_lines
    from registry.eligibility.wire import AffectedListOut, affected_out
    from registry.own_database import own_database

    def look(session: Any) -> AffectedListOut:
        about = None if code is None else check_service.get_check(session, code)
        found = affected_service.list_affected(session, limit=most, check=about, waiting=not everything)
        return AffectedListOut(checks=[affected_out(each) for each in found], next=None)

    with own_database() as own:
        out = own.read(look)
    if json:
        typer.echo(out.model_dump_json())
        return
    for each in out.checks:
        typer.echo(f"{each.id}  {each.decision_id}  {each.verdict_then} -> {each.verdict_now}  {', '.join(each.cause)}")
        for line in difference_lines(each.differences, language_of(language)):
            typer.echo(line)


@check.command()
def review(
    mark: Annotated[str, typer.Argument(metavar="ID", help="As `registry check affected` shows it.")],
    file: BodyArgument,
    key: KeyOption,
    json: JsonOption = False,
) -> None:
    """Say that a mark was looked at: the award stands, was asked_again, or is award_questioned."""
    from registry.eligibility import affected_service
    from registry.eligibility.affected_service import Opinion
    from registry.eligibility.wire import AffectedOut, ReviewIn, affected_out
    from registry.evaluators.deciding_cli import Acting, act
    from registry.evaluators.vetting_inputs import read_body

    given = read_body(file, ReviewIn)

    def work(by: Acting) -> AffectedOut:
        opinion = Opinion(given.outcome, given.reason)
        return affected_out(affected_service.review(by.session, by.actor, mark, opinion, by.now))

    act(key, work, lambda found: f"{found.decision_id}  looked at", json)


@check.command()
def override(code: CheckArgument, file: BodyArgument, key: KeyOption, json: JsonOption = False) -> None:
    """Decide otherwise as an officer, signed, with the legal basis. The verdict stays as it is."""
    from registry.eligibility import check_service, override_service
    from registry.eligibility.batch_cli import issuer_opener
    from registry.eligibility.override_service import Otherwise
    from registry.eligibility.wire import OverrideIn, OverrideOut, override_out
    from registry.evaluators.deciding_cli import Acting, act
    from registry.evaluators.vetting_inputs import read_body
    from registry.own_database import own_database

    given = read_body(file, OverrideIn)
    with own_database() as own:
        opener = issuer_opener(own)

    def work(by: Acting) -> OverrideOut:
        found = check_service.get_check(by.session, code)
        wanted = Otherwise(given.verdict, given.reason, given.legal_basis)
        issuer = opener(by.session)
        return override_out(override_service.override(by.session, by.actor, found, wanted, issuer, by.now))

    act(key, work, lambda found: f"{code}  decided otherwise: {found.verdict}", json)
