"""Pages of stocktakes, as warehouse and store show them; each names its own actions."""
