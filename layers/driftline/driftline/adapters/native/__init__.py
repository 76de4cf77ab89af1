"""The native core, where there is one."""
