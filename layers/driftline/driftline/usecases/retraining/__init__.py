"""Decides on retrainings that alarms request, and starts them."""
