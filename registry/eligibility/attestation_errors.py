"""What can be wrong with attestations, their keys and their status lists. Pure."""

from registry.errors import Conflict, Invalid, NotFound, Unavailable


class AttestationNotFound(NotFound):
    code = "attestation-not-found"
    title = "There is no such attestation"


class AttestationRejected(Invalid):
    code = "attestation-rejected"
    title = "The attestation does not hold"


class StatusListNotFound(NotFound):
    code = "status-list-not-found"
    title = "There is no such status list for this instant"


class AttestationKeyNotFound(NotFound):
    code = "attestation-key-not-found"
    title = "No attestation was ever signed with such a key"


class AttestationRefused(Conflict):
    code = "attestation-refused"
    title = "The attestation cannot be issued"


class IssuerUnknown(Unavailable):
    code = "attestation-issuer-unknown"
    title = "Attestations need the public address of this registry"
