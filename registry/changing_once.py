"""Changes whose request may come twice, as a dependency of routes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.answered_requests import answer_once
from registry.canonical import digest
from registry.deps import Change, KeyHeader, changing, response_of
from registry.resending import Answer, Claim


@dataclass(frozen=True, slots=True)
class ChangeOnce:
    """A change that is made once under one Idempotency-Key: the same request again gets the answer of the first one.

    route: method and address; keys are each account's own, and of one route.
    """

    change: Change
    route: str
    key: str | None

    @property
    def now(self) -> datetime:
        return self.change.now

    def __call__(self, given: BaseModel, work: Callable[[Session, Actor], BaseModel], status: int = 201) -> Response:
        """What work returns, as the answer of the route. given: the body. Raises KeyReused."""
        content = digest(given.model_dump(mode="json")) if self.key else ""

        def once(session: Session, actor: Actor) -> Answer:
            claim = Claim(f"{self.route} by {actor.log_name}", self.key, content)
            return answer_once(
                session, claim, self.now, lambda: Answer(status, work(session, actor).model_dump_json(by_alias=True))
            )

        return response_of(self.change(once))


def changing_once(permission: str) -> Any:
    """A dependency that gives a ChangeOnce. The route asks `require` again once it knows the subject."""

    def change_once(
        request: Request, change: Annotated[Change, changing(permission)], key: KeyHeader = None
    ) -> ChangeOnce:
        return ChangeOnce(change, f"{request.method} {request.url.path}", key)

    return Depends(change_once)
