"""What every floor stands on: refusals, statuses, ids. No framework."""
