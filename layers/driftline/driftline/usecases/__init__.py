"""One module per function: what happens, against ports."""
