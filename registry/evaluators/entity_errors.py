"""What events of legal persons and of certificates can say no to. Pure."""

from registry.errors import Conflict, Invalid, NotFound
from registry.languages import mark


class EntityEventRefused(Conflict):
    code = "entity-event-refused"
    title = mark("What is known of the legal person does not admit this event")


class SuccessorRejected(Invalid):
    code = "successor-rejected"
    title = mark("A successor cannot be who is named")


class SuccessorDecisionRefused(Conflict):
    code = "successor-decision-refused"
    title = mark("The right of the predecessor cannot be decided on so")


class CertificateNotFound(NotFound):
    code = "certificate-not-found"
    title = mark("There is no such certificate")


class CertificateEventRefused(Conflict):
    code = "certificate-event-refused"
    title = mark("What is known of the certificate does not admit this event")
