"""Reference pipelines: to be copied and changed, not a part of the stack."""
