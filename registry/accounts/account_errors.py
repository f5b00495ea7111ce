"""What accounts can say no to."""

from registry.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from registry.languages import mark


class AccountNotFound(NotFound):
    code = "account-not-found"
    title = "There is no such account"


class GrantNotFound(NotFound):
    code = "role-not-found"
    title = "The account holds no such role"


class KeyNotFound(NotFound):
    code = "key-not-found"
    title = "There is no such API key"


class NameTaken(Conflict):
    code = "name-taken"
    title = "The sign-in name is taken"


class AccountDisabled(Conflict):
    code = "account-disabled"
    title = "The account is disabled"


class RoleRefused(Invalid):
    code = "role-refused"
    title = "The role cannot be granted so"


class NotAllowed(Forbidden):
    code = "not-allowed"
    title = "Your account may not do this"


class SeparateDuties(Forbidden):
    code = "separate-duties"
    title = "Another person has to do this"


class SignInNeeded(Unauthenticated):
    code = "sign-in-needed"
    title = "Sign in first"


class KeyRejected(Unauthenticated):
    code = "key-rejected"
    title = "The API key is not valid"


class SignInFailed(Unauthenticated):
    """One sentence for every reason, so that nobody learns which names exist."""

    code = "sign-in-failed"
    title = "You are not signed in"


class TooManyAttempts(SignInFailed):
    code = "too-many-attempts"
    title = "Too many attempts to sign in"

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            mark(
                "Too many attempts. Wait some minutes, or use a browser in which you signed in before: "
                "it is not slowed down by the attempts of others."
            )
        )
        self.wait_s = wait_s


class SignInNotHere(Forbidden):
    code = "sign-in-needs-https"
    title = "Nobody signs in over a connection that others can read"


class InvitationRejected(Conflict):
    code = "invitation-rejected"
    title = "The invitation cannot be used any more"


class KeyRefused(Invalid):
    code = "key-refused"
    title = "Such an API key cannot be made"


class SecondFactorRefused(Invalid):
    code = "second-factor-refused"
    title = "The code is not right"


class ProviderRefused(Unauthenticated):
    code = "identity-refused"
    title = "The identity provider's answer cannot be used"
