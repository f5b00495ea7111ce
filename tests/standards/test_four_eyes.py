"""Generated histories of drafts: nothing is published that nobody outside approved, byte for byte.

Persons with several accounts edit, submit, approve, return and publish, with the present digest or an earlier one.
REGISTRY_FOUR_EYES_HISTORIES raises the number of histories.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from draft_samples import NOW, anything_goes, approved_outside, make_document
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from people import acting, make_person
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Role
from registry.errors import RegistryError
from registry.standards import draft_service, publishing_service

HISTORIES = int(os.environ.get("REGISTRY_FOUR_EYES_HISTORIES", "100"))
STEPS = 30
EDITOR, APPROVER = Role.EDITOR, Role.APPROVER
# Each line is a person, each tuple an account with its roles.
PERSONS = (
    ((EDITOR,), (APPROVER,)),
    ((EDITOR, APPROVER),),
    ((APPROVER,),),
    ((EDITOR,),),
    ((APPROVER,), (APPROVER, EDITOR)),
)

accounts = st.integers(0, sum(map(len, PERSONS)) - 1)
variants = st.integers(0, 2)
# Which digest of the draft's history is named: the present one more often than an earlier one.
ages = st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2])


def make_actors(session: Session) -> list[Actor]:
    made = []
    for person in PERSONS:
        first = None
        for roles in person:
            account = make_person(session, *roles, now=NOW, same_as=first)
            first = first or account.account_id
            made.append(acting(session, account, NOW))
    return made


@dataclass
class Model:
    """What four eyes are, said anew and simply."""

    draft_id: UUID
    digests: list[str]
    editors: set[UUID | None]
    state: str = "draft"
    approvals: set[tuple[UUID | None, str]] = field(default_factory=set)

    @property
    def sha256(self) -> str:
        return self.digests[-1]

    def may_be_published(self) -> bool:
        outside = {sha256 for person, sha256 in self.approvals if person not in self.editors}
        return self.state == "in_review" and self.sha256 in outside


class Histories(RuleBasedStateMachine):
    def __init__(self, session: Session, actors: list[Actor], counted: dict[str, int]) -> None:
        super().__init__()
        self.session, self.actors, self.counted = session, actors, counted

    def attempt(self, work: Callable[[], Any]) -> Any:
        """None where it is refused, which leaves nothing behind."""
        try:
            with self.session.begin_nested():
                return work()
        except RegistryError:
            return None

    def digest(self, age: int) -> str:
        return self.model.digests[max(0, len(self.model.digests) - 1 - age)]

    @initialize()
    def begin(self) -> None:
        self.counted["drafts"] += 1
        editor = self.actors[0]
        document = make_document(id=f"town-{self.counted['drafts']}")
        draft = draft_service.create_draft(self.session, editor, document, NOW)
        self.model = Model(draft.id, [draft.sha256], {editor.person_id})

    @precondition(lambda self: self.model.state in ("published", "discarded"))
    @rule()
    def begin_anew(self) -> None:
        self.begin()

    @rule(account=accounts, variant=variants, age=ages)
    def save(self, account: int, variant: int, age: int) -> None:
        actor, model = self.actors[account], self.model
        document = make_document(variant, id=f"town-{self.counted['drafts']}")
        saved = self.attempt(
            lambda: draft_service.save_draft(self.session, actor, model.draft_id, document, self.digest(age), NOW)
        )
        if saved is not None and saved.sha256 != model.sha256:
            model.digests.append(saved.sha256)
            model.editors.add(actor.person_id)
            model.state = "draft"

    @rule(account=accounts)
    def submit(self, account: int) -> None:
        actor, model = self.actors[account], self.model
        if self.attempt(lambda: draft_service.submit(self.session, actor, model.draft_id, NOW, anything_goes)):
            model.state = "in_review"

    @rule(account=accounts, age=ages)
    def approve(self, account: int, age: int) -> None:
        actor, model, sha256 = self.actors[account], self.model, self.digest(age)
        done = self.attempt(lambda: draft_service.approve(self.session, actor, model.draft_id, sha256, "", NOW))
        if done:
            assert sha256 == model.sha256
            assert actor.person_id not in model.editors
            model.approvals.add((actor.person_id, sha256))

    @rule(account=accounts, age=ages)
    def return_draft(self, account: int, age: int) -> None:
        actor, model, sha256 = self.actors[account], self.model, self.digest(age)
        if self.attempt(lambda: draft_service.return_draft(self.session, actor, model.draft_id, sha256, "No.", NOW)):
            model.state = "draft"
            model.approvals = {each for each in model.approvals if each[1] != sha256}

    @rule(account=accounts, age=ages)
    def publish(self, account: int, age: int) -> None:
        actor, model, sha256 = self.actors[account], self.model, self.digest(age)
        published = self.attempt(
            lambda: publishing_service.publish(self.session, actor, model.draft_id, sha256, NOW, anything_goes)
        )
        assert (published is not None) == (model.may_be_published() and sha256 == model.sha256)
        if published is not None:
            assert published.sha256 == sha256
            assert approved_outside(self.session, published)
            model.state = "published"
            self.counted["published"] += 1

    @rule(
        editor=accounts,
        approver=accounts,
        variant=st.none() | variants,
        returner=st.none() | accounts,
        age=ages,
        named=ages,
    )
    def round_of_review(
        self, editor: int, approver: int, variant: int | None, returner: int | None, age: int, named: int
    ) -> None:
        """What single steps seldom make of themselves, with an edit or a return after the approval."""
        self.submit(editor)
        self.approve(approver, age)
        if variant is not None:
            self.save(editor, variant, 0)
        if returner is not None:
            self.return_draft(returner, 0)
        self.submit(editor)
        self.publish(editor, named)

    @rule(account=accounts, age=ages)
    def discard(self, account: int, age: int) -> None:
        actor, model, sha256 = self.actors[account], self.model, self.digest(age)
        # Seldom, so that histories become long.
        if account == age and self.attempt(
            lambda: draft_service.discard(self.session, actor, model.draft_id, sha256, NOW)
        ):
            model.state = "discarded"


def test_nothing_is_published_without_an_outside_approval_of_exactly_these_bytes(
    session: Session, engine_name: str
) -> None:
    actors, counted = make_actors(session), {"drafts": 0, "published": 0}
    # The rules are those of the code; the other engine has to keep the rows, for which fewer do.
    histories = HISTORIES if engine_name == "sqlite" else HISTORIES // 4

    run_state_machine_as_test(
        lambda: Histories(session, actors, counted),
        # The same histories each time: how many of them publish anything is counted below.
        settings=settings(max_examples=histories, stateful_step_count=STEPS, derandomize=True),
    )

    assert counted["published"] > histories // 20
