"""Pages of order management: the order desk."""
