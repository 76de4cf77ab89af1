"""What the launcher changes in MiniStack. Imports MiniStack alone; docs/local-cloud.md lists every change."""
