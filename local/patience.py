"""How long anything waits for something that should come.

Not a measure of speed: a busy machine may be very slow. The limit only keeps a fault from hanging for ever.
`DRIFTLINE_PATIENCE=5` makes it short, for example while writing a test that still fails.
"""

import os

PATIENCE_SECONDS = float(os.environ.get("DRIFTLINE_PATIENCE", "900"))
