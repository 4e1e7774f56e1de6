"""Steps of a stocktake. Its site's own system posts; here it is decided what."""
