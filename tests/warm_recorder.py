"""Imports and caches what a comparison needs, so that processes forked from here record at once."""

import recorder

from registry.reliability.service import run_submission

run_submission(recorder.submission("warm"))
