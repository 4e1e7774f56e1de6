"""HTTP API of the ERP."""
