"""The evaluator registry: qualified evaluators, versioned standards, and how far reports can be believed."""

__version__ = "0.1.0"
