"""What was observed, and for whom: engagements of evaluators."""
