"""What the launcher changes in MiniStack. Imports only MiniStack; docs/design/embedded-cloud.md lists every change."""
