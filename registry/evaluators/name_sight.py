"""Who is shown a name that is held: its owner, officers who vet, and auditors; everybody else sees codes. Pure."""

from dataclasses import dataclass

from registry.accounts.permissions import TABLE, Actor, Permission, Via, might

_PERMISSION = Permission.EVALUATOR_READ_DOSSIER
HELD = "The name looks like another one or cannot be told from it. It is shown once a person has judged it."


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose held names are seen: everybody's, or those of the evaluators with these codes."""

    sees_all: bool = False
    codes: frozenset[str] = frozenset()

    def sees(self, code: str) -> bool:
        return self.sees_all or code in self.codes


PUBLIC = Sight()


def sight_of(actor: Actor) -> Sight:
    """An officer of one region sees all: a name is compared with those of the whole register."""
    if actor.via is Via.OPERATOR:
        return Sight(sees_all=True)
    if not might(actor, _PERMISSION):
        return PUBLIC
    fitting = [each for each in actor.roles if each.role in TABLE[_PERMISSION]]
    own = frozenset(each.evaluator_id for each in fitting if each.evaluator_id is not None)
    return Sight(any(each.evaluator_id is None for each in fitting), own)
