"""The tables that tests of use cases work with: the real ones, they are fast."""

from driftline.adapters.tables.duck import DuckTables

TABLES = DuckTables()
