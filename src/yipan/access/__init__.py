"""Users, roles, site scopes, API keys."""
