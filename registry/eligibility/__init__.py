"""Eligibility: the question the buyer asks, answered rule by rule with reasons, and replayable."""
