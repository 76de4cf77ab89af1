"""An alarm asks for a retraining, and it is decided."""
