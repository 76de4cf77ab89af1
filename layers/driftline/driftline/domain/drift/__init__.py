"""How far two samples of a column lie apart; docs/numbers.md tells which distance is used when."""
