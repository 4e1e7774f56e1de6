"""
Index of the pure decisions of planning. No code here.

Arrays are numpy's. Series lie in rows, days in columns, the last column is yesterday. Quantities
are in smallest units. What needs numpy is imported by tasks alone, so that web processes start
without it.
"""
