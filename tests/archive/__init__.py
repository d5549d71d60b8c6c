"""Packages, the four-properties test, fixity, retention: pure, and one office with a filed case."""
