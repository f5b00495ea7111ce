"""What recorded comparisons and jobs can be refused with."""

from registry.errors import Conflict, NotFound, Unavailable


class ComparisonNotFound(NotFound):
    code = "comparison-not-found"
    title = "There is no such comparison"


class JobNotFound(NotFound):
    code = "job-not-found"
    title = "There is no such job"


class JobTaken(Conflict):
    """Another worker took this one for dead and has finished the job; what this one found is not needed."""

    code = "job-taken"
    title = "Another worker has finished the job"


class JobGivenUp(Unavailable):
    """A job that ends every worker: it is not begun again."""

    code = "job-given-up"
    title = "The job was begun several times and never came to an end"

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"The job was begun {attempts} times. Each time the server stopped or fell silent, or could not save the "
            "result; the usual reasons are too little memory or a full disk, and the server's log may say more. Hand "
            "in fewer rows at once or give the server more room, then send the request again under a new "
            "Idempotency-Key."
        )
