"""A Filing moves a case: events, the case they fold into, pure decisions, the journal, and the folders that show it."""
