"""Answers 429 to callers that send too much."""
