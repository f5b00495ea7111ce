"""The page of one's own account: roles, password, second factor, sessions, API keys. It needs no script."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response

from registry.accounts import own_account_service as own
from registry.accounts import sign_in_service
from registry.accounts.account_errors import KeyNotFound, KeyRefused, SecondFactorRefused, SignInFailed
from registry.accounts.passwords import PasswordRefused
from registry.accounts.totp import secret_text, secret_uri
from registry.accounts.visit_web import Visit, VisitDep, right_attempt, same_twice
from registry.accounts.wire import CodeForm, KeyForm, PasswordForm
from registry.accounts.wording import ROLE_NAMES
from registry.deps import SecretBoxDep, permitted
from registry.errors import RegistryError
from registry.keyset import read_uuid
from registry.languages import mark
from registry.problem_details import status_of

router = APIRouter()
OWN = [Depends(permitted("account.change_own"))]
KEYS = [Depends(permitted("account.own_keys"))]


@router.get("/account", dependencies=[Depends(permitted("account.read_own"))])
def show_account(seen: VisitDep) -> Response:
    return _account_page(seen)


def _account_page(seen: Visit, error: RegistryError | None = None, *, part: str = "", **shown: Any) -> Response:
    """shown: secrets that appear once: a new key, recovery codes, a secret that waits for its first code."""
    context = seen.write(lambda session: own.overview(session, seen.account_id, seen.now))
    nothing = {"new_key": "", "recovery_codes": (), "secret": "", "secret_uri": ""}
    return seen.page(
        "accounts/account.html",
        200 if error is None else status_of(error.kind, error.code),
        overview=context,
        error=error,
        part=part,
        role_names={role: seen.reader.translate(name) for role, name in ROLE_NAMES.items()},
        key_permissions=sorted(own.KEY_PERMISSIONS),
        **(nothing | shown),
    )


def _shown_again(seen: Visit, part: str, act: Callable[[], Response]) -> Response:
    """What act answers; where it refuses, the account's page, which says why at its part."""
    refusals = (PasswordRefused, SecondFactorRefused, KeyRefused, SignInFailed, KeyNotFound)
    try:
        return act()
    except refusals as error:
        return _account_page(seen, error, part=part)


@router.post("/account/password", dependencies=OWN)
def change_password(seen: VisitDep, form: Annotated[PasswordForm, Form()]) -> Response:
    def change() -> Response:
        attempted = right_attempt(seen, seen.asking.name, form.old)
        new_hash = own.new_password_hash(same_twice(form.password, form.again), seen.asking.name)
        done = seen.write(lambda session: own.change_password(session, seen.asking, attempted, new_hash, seen.now))
        return seen.signed_in(seen.go_to("/account"), done)

    return _shown_again(seen, "password", change)


@router.post("/account/second-factor", dependencies=OWN)
def begin_second_factor(seen: VisitDep, box: SecretBoxDep) -> Response:
    def begin() -> Response:
        secret = seen.write(lambda session: own.begin_second_factor(session, seen.asking, box, seen.now))
        return _account_page(seen, part="second-factor", **_secret(seen, secret))

    return _shown_again(seen, "second-factor", begin)


def _secret(seen: Visit, secret: bytes) -> dict[str, Any]:
    return {"secret": secret_text(secret), "secret_uri": secret_uri(secret, seen.asking.name)}


@router.post("/account/second-factor/confirm", dependencies=OWN)
def confirm_second_factor(seen: VisitDep, form: Annotated[CodeForm, Form()], box: SecretBoxDep) -> Response:
    try:
        codes = seen.write(lambda session: own.confirm_second_factor(session, seen.asking, form.code, box, seen.now))
    except SecondFactorRefused as error:
        secret = seen.write(lambda session: own.pending_secret(session, seen.asking, box))
        shown: dict[str, Any] = _secret(seen, secret) if secret else {}
        return _account_page(seen, error, part="second-factor", **shown)
    return _account_page(seen, recovery_codes=codes, part="second-factor")


@router.post("/account/second-factor/remove", dependencies=OWN)
def remove_second_factor(seen: VisitDep, form: Annotated[CodeForm, Form()], box: SecretBoxDep) -> Response:
    def remove() -> Response:
        seen.write(lambda session: own.remove_second_factor(session, seen.asking, form.code, box, seen.now))
        return seen.go_to("/account")

    return _shown_again(seen, "second-factor", remove)


@router.post("/account/keys", dependencies=KEYS)
def make_key(seen: VisitDep, form: Annotated[KeyForm, Form()]) -> Response:
    def make() -> Response:
        days = int(form.days) if form.days.isascii() and form.days.isdigit() and len(form.days) < 6 else 0
        wanted = own.WantedKey(form.label, tuple(form.scope), days)
        _, text = seen.write(lambda session: own.make_key(session, seen.asking, seen.account_id, wanted, seen.now))
        return _account_page(seen, new_key=text, part="keys")

    return _shown_again(seen, "keys", make)


@router.post("/account/keys/{key_id}/revoke", dependencies=KEYS)
def revoke_key(seen: VisitDep, key_id: str) -> Response:
    def revoke() -> Response:
        found = read_uuid(key_id)
        if found is None:
            raise KeyNotFound(mark("The account has no such API key, or it is revoked already."))
        seen.write(lambda session: own.revoke_key(session, seen.asking, seen.account_id, found, seen.now))
        return seen.go_to("/account")

    return _shown_again(seen, "keys", revoke)


@router.post("/account/sessions/end-others", dependencies=OWN)
def end_other_sessions(seen: VisitDep) -> Response:
    seen.write(lambda session: sign_in_service.end_other_sessions(session, seen.asking, seen.now))
    return seen.go_to("/account")
