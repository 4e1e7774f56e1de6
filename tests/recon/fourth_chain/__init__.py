"""
A fourth chain: fashion, beauty and drinks; a DEVELOPMENT set for the cause engine.

Rules may be mended by what it shows, so it proves nothing of how they do elsewhere; the held-out
chains do that. Each seed draws another retailer (`dials`): its mixture and number of faults, their
sizes, how goods are taken in, which devices and papers say nothing, how it counts. The drivers are
physical: in `docks` and `shop` goods move first and lines are written second, each fault changes
one of the two, and `count` sees what stands and what the book knew. The truth of a case is what
its moves and lines leave unbalanced on each key; it lies in `World.cases`, never in the evidence.

Not all of it can be told. A learner that was given the same evidence of 60 other retailers names
82 % right and 5 % wrong where small losses are few, one cause for each key: one or two pieces that
never came, a tester not written down, or a refund without goods look like a small loss. And it is
narrower than the world: shipments and bin moves are never entered twice, no count has line times
missing, and only what is hot is stolen often.

`bound` asks what a learner reaches that is told the truth about rates, `few` what few keys tell.

Judge by `python -m tests.recon.fourth_chain.judgement --seeds 1 2 3 --losses 1 8`.
"""
