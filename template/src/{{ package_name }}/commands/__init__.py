"""The commands; cli.py has their options and help."""
