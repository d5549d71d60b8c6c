"""Paper becomes a record: packages, the four-properties test, fixity, retention, migration. Blind to cases and papers.

What has to be judged by others (signatures, PDF/A, the office's own record) comes in as callables from the desk.
"""
