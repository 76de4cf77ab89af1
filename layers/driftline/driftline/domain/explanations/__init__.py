"""Why a model answers as it does: attributions, partial dependence, and the rows that they are compared with."""
