"""How far two samples of a column lie apart; docs/reference/data-quality.md tells which distance is used when."""
