"""Who watches an endpoint, and whether its predictions are captured."""
