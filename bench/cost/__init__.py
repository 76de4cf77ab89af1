"""The monthly cost of monitored endpoints on AWS: list prices times what the stack does, without any free tier.

`prices` has the list prices, `counting` and `activity` count the requests of the real use cases over a store in memory,
`bill` makes the lines of a bill from both, `scenarios` the endpoints, rows and bars of `docs/reference/cost.md`.
`python -m bench.cost` prints the page's tables.
"""
