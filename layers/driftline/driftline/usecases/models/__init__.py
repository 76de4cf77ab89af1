"""A new model reaches an endpoint."""
