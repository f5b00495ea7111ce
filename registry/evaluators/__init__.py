"""Evaluators: who assesses, what they are entitled to on any day, and why."""
