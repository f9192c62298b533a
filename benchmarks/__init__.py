"""What the documentation claims about speed, as programs anyone can run.

Each one renders a service into a temporary folder, runs it as its users would, measures, prints
figures and ends with 1 where a bar is missed: `uv run python -m benchmarks.login`.
"""
