"""What the launcher changes in MiniStack. Imports MiniStack and nothing else; docs/local-cloud.md lists every change."""
