"""Prints the bill and the tables of docs/reference/cost.md."""

from bench.cost.scenarios import fleets, the_first

if __name__ == "__main__":
    print(the_first())
    print()
    print(fleets())
