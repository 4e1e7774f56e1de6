"""Hub and site nodes as an operator runs them: processes and databases of their own."""
