"""What an attestation is worth and how a scope item stands, in words of the page. Pure."""

from registry.eligibility.attestation_worth import Worth
from registry.evaluators.policy import State
from registry.languages import mark

# The heading, and what follows from it.
WORTHS: dict[Worth, tuple[str, str]] = {
    Worth.GOOD: (
        mark("The attestation counts"),
        mark("It was signed by this registry, and the right that it rests on has neither ended nor is it suspended."),
    ),
    Worth.EXPIRED: (
        mark("The attestation counts no more"),
        mark("Its time has run out, or that of the right that it rests on. Ask for a new one."),
    ),
    Worth.SUSPENDED: (
        mark("The right that it rests on is suspended"),
        mark("It was true when it was signed. Do not rely on it until the suspension is lifted."),
    ),
    Worth.REVOKED: (
        mark("The right that it rests on has ended"),
        mark("It was true when it was signed. Do not rely on it any more."),
    ),
    Worth.KEY_COMPROMISED: (
        mark("Its key was in other hands"),
        mark("Nobody can tell who signed it. Do not rely on it, and ask for a new one."),
    ),
}
STATES: dict[State, str] = {
    State.NO_RECORD: mark("not begun"),
    State.NOT_YET_VALID: mark("not yet valid"),
    State.VALID: mark("valid"),
    State.SUSPENDED: mark("suspended"),
    State.EXPIRED: mark("expired"),
    State.WITHDRAWN_PART: mark("withdrawn in part"),
    State.WITHDRAWN: mark("withdrawn"),
    State.SURRENDERED: mark("surrendered"),
    State.VOID: mark("void"),
}
