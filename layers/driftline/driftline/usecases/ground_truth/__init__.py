"""Labels find their inferences."""
