"""What the ERP does when it hears something."""
