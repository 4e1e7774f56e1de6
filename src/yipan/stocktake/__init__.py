"""Stocktake (盘点) as warehouses and stores both do it: below them, and knowing neither."""
