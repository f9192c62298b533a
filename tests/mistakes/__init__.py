"""Mistakes made on purpose: each file goes into a rendered project, whose guards have to refuse it.

The docstring of a file says what the mistake is and, after "Says:", the words that must be printed
when its test fails. innocent.py runs after each of them and has to pass. What a mistake needs in
the service itself is in service/ and becomes the package `mistakes` of the service.

docs/mistakes.md quotes what is printed; tests/test_mistakes.py compares.
"""
