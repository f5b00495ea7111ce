"""What judgements about evaluators can say no to. Pure."""

from registry.errors import Conflict, NotFound
from registry.languages import mark


class NameHoldNotFound(NotFound):
    code = "name-hold-not-found"
    title = mark("There is no such held name")


class NameJudgementRefused(Conflict):
    code = "name-judgement-refused"
    title = mark("The name cannot be judged so")


class NoSignOfSuccession(Conflict):
    code = "no-sign-of-succession"
    title = mark("There is no sign of such a succession")
