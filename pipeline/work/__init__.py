"""The engine: jobs that survive a crash, behind a small port.

`port` says what an engine is, `engine` is the one on dbos, `inline` the one in memory for tests and dry runs,
`jobs` the table both keep, `database` the one way to open the database, `schedule` which daily jobs are due.
"""
