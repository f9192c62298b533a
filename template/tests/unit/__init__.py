"""Tests of single functions: no application, no database."""
