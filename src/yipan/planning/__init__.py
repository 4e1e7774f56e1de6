"""Planning: demand, forecast, policies, and proposals that become documents of the hub."""
