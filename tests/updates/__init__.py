"""The laboratory of updates: releases, a month of a team's work, and what becomes of it.

releases.py     a repository of the template with releases of its own, from history and to come
projects.py     a project under Git, and the commands that a person types in it
team.py         what a team does in a month, in month.yml.jinja
table.py        the table at the end of a run: from, to, edits, result
    merging.py      what Git's own merge would make of it: the measure of an update
"""
