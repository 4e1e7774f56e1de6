"""How much is ordered in the tests of nodes."""

ORDERS = 12
SKUS = ("TEA-250", "SOAP-1", "RICE-5")
