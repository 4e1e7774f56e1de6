"""
A third chain to judge the cause engine by: tools, paint and electronics, on paper and shelves.

Written from the handbook alone, by somebody who had read neither the rules nor the other chains.
`trade` says what is sold and where, `flow` lets it be sold, `faults` lets it go wrong, `clerks`
count it, and `world` hands out what is known; what happened stays apart, in `World.cases`.
"""
