"""Reference pipelines, to copy and change; not part of the stack."""
