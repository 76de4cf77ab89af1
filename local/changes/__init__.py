"""What the launcher changes in MiniStack. Imports MiniStack alone; docs/design/embedded-cloud.md lists every change."""
