"""Where predictions, probabilities and labels are in captured and uploaded rows, and what their values mean."""
