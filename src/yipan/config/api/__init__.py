"""The API of what is no context's own: one module per router, and the root they hang on."""
