"""JSON routes of accounts: who am I, my keys; and for administrators, accounts and their roles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request

from registry.accounts import own_account_service as own
from registry.accounts import queries, service
from registry.accounts.account_errors import GrantNotFound, KeyNotFound
from registry.accounts.answers import PREFIX, account_out, key_out, read_role, role_out, who_out
from registry.accounts.permissions import Actor
from registry.accounts.wire import (
    AccountIn,
    AccountListOut,
    AccountOut,
    InvitationOut,
    InvitedOut,
    KeyIn,
    KeyListOut,
    KeyOut,
    NewKeyOut,
    RoleIn,
    RoleOut,
    WhoOut,
)
from registry.deps import NowDep, ReadSessionDep, WriterDep, permitted, settings_of
from registry.json_bodies import body_of, documented
from registry.keyset import decode_row_cursor, encode_row_cursor, read_uuid
from registry.request_rules import require_known_parameters

router = APIRouter(
    prefix=PREFIX,
    tags=["accounts"],
    dependencies=[Depends(require_known_parameters)],
)


def account_id(
    account_id: Annotated[str, Path(description="Identifier of an account.", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return queries.read_account_id(account_id)


def role_id(role_id: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> UUID:
    found = read_uuid(role_id)
    if found is None:
        raise GrantNotFound("The account holds no role under this identifier.")
    return found


def key_id(key_id: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> UUID:
    found = read_uuid(key_id)
    if found is None:
        raise KeyNotFound("The account has no API key under this identifier.")
    return found


AccountIdDep = Annotated[UUID, Depends(account_id)]
RoleIdDep = Annotated[UUID, Depends(role_id)]
KeyIdDep = Annotated[UUID, Depends(key_id)]
ReaderOfAccounts = Annotated[Actor, Depends(permitted("accounts.read"))]
Administrator = Annotated[Actor, Depends(permitted("accounts.change"))]
Granter = Annotated[Actor, Depends(permitted("roles.grant"))]
KeyOwner = Annotated[Actor, Depends(permitted("account.own_keys"))]


def invitation_address(request: Request, token: str) -> str:
    public_url = settings_of(request).public_url
    start = public_url or f"{request.url.scheme}://{request.url.netloc}"
    return f"{start}/invitation?token={token}"


@router.get("/account")
def who_am_i(asking: Annotated[Actor, Depends(permitted("account.read_own"))]) -> WhoOut:
    """Whose key or session this is, and what it may be used for."""
    return who_out(asking)


@router.get("/account/keys")
def list_keys(asking: KeyOwner, session: ReadSessionDep) -> KeyListOut:
    """Your API keys, the newest first, also expired and revoked ones."""
    assert asking.account_id is not None
    return KeyListOut(keys=[key_out(each) for each in queries.list_keys(session, asking.account_id)])


@router.post("/account/keys", status_code=201, openapi_extra=documented(KeyIn))
def make_key(
    asking: KeyOwner, wanted: Annotated[KeyIn, Depends(body_of(KeyIn))], write: WriterDep, now: NowDep
) -> NewKeyOut:
    """A new API key for your account. It is shown only in this answer."""
    account_id = asking.account_id
    assert account_id is not None
    asked = own.WantedKey(wanted.label, tuple(wanted.scope), wanted.days)
    key, text = write(lambda session: own.make_key(session, asking, account_id, asked, now))
    return NewKeyOut(**key_out(key).model_dump(), key=text)


@router.delete("/account/keys/{key_id}")
def revoke_key(asking: KeyOwner, found_id: KeyIdDep, write: WriterDep, now: NowDep) -> KeyOut:
    """It opens nothing from now on."""
    account_id = asking.account_id
    assert account_id is not None
    return key_out(write(lambda session: own.revoke_key(session, asking, account_id, found_id, now)))


@router.get("/accounts")
def list_accounts(
    _asking: ReaderOfAccounts,
    session: ReadSessionDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> AccountListOut:
    """Accounts with their roles, the oldest first."""
    after = None if cursor is None else decode_row_cursor(cursor)
    found = queries.list_accounts(session, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = found[limit - 1].account
        following = f"{PREFIX}/accounts?limit={limit}&cursor={encode_row_cursor(last.created_at, last.id)}"
    return AccountListOut(accounts=[account_out(each) for each in found[:limit]], next=following)


@router.post("/accounts", status_code=201, openapi_extra=documented(AccountIn))
def create_account(
    request: Request,
    asking: Administrator,
    wanted: Annotated[AccountIn, Depends(body_of(AccountIn))],
    write: WriterDep,
    now: NowDep,
) -> InvitedOut:
    """A new account without roles, and the invitation for its holder. It is shown only in this answer."""
    same = None if wanted.same_person_as is None else queries.read_account_id(wanted.same_person_as)

    made, token = write(lambda session: service.create_and_invite(session, asking, wanted.name, now, same))
    return InvitedOut(**account_out(made).model_dump(), invitation=invitation_address(request, token))


@router.get("/accounts/{account_id}")
def get_account(_asking: ReaderOfAccounts, found_id: AccountIdDep, session: ReadSessionDep) -> AccountOut:
    """One account with its roles."""
    return account_out(queries.get_with_roles(session, found_id))


@router.post("/accounts/{account_id}/invitation", status_code=201)
def invite(
    request: Request, asking: Administrator, found_id: AccountIdDep, write: WriterDep, now: NowDep
) -> InvitationOut:
    """A new invitation, for a lost password too; earlier ones end. Only the operator invites to powerful roles."""
    token = write(lambda session: service.invite(session, asking, found_id, now))
    return InvitationOut(invitation=invitation_address(request, token))


@router.post("/accounts/{account_id}/roles", status_code=201, openapi_extra=documented(RoleIn))
def grant_role(
    asking: Granter,
    found_id: AccountIdDep,
    wanted: Annotated[RoleIn, Depends(body_of(RoleIn))],
    write: WriterDep,
    now: NowDep,
) -> RoleOut:
    """Grant a role. A powerful one waits until a second administrator confirms it."""
    role = read_role(wanted.role, wanted.evaluator_id, wanted.region, wanted.field_of_assessment)
    return role_out(write(lambda session: service.grant(session, asking, found_id, role, now)))


@router.post("/accounts/{account_id}/roles/{role_id}/confirm")
def confirm_role(
    asking: Granter, found_id: AccountIdDep, grant_id: RoleIdDep, write: WriterDep, now: NowDep
) -> RoleOut:
    """Confirm what another administrator granted. Only then is it in force."""
    return role_out(write(lambda session: service.confirm(session, asking, found_id, grant_id, now)))


@router.delete("/accounts/{account_id}/roles/{role_id}")
def revoke_role(
    asking: Granter, found_id: AccountIdDep, grant_id: RoleIdDep, write: WriterDep, now: NowDep
) -> AccountOut:
    """The role ends now and stays on record. The account's sessions end."""
    return account_out(write(lambda session: service.revoke(session, asking, found_id, grant_id, now)))


_Version = Annotated[
    str | None, Header(alias="If-Match", pattern='^"[0-9]{1,15}"$', description='The `version` seen, quoted: "3".')
]


@router.post("/accounts/{account_id}/disable")
def disable_account(
    asking: Administrator, found_id: AccountIdDep, write: WriterDep, now: NowDep, seen: _Version = None
) -> AccountOut:
    """Nobody signs in to it, its sessions end and its keys open nothing."""
    version = None if seen is None else int(seen.strip('"'))
    return account_out(write(lambda session: service.disable(session, asking, found_id, version, now)))


@router.post("/accounts/{account_id}/enable")
def enable_account(asking: Administrator, found_id: AccountIdDep, write: WriterDep, now: NowDep) -> AccountOut:
    """It can be signed in to again."""
    return account_out(write(lambda session: service.enable(session, asking, found_id, now)))
