"""Account names of the site book, and other pure decisions of the pool."""
