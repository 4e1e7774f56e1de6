"""The published language between the systems: one module per publisher."""
