"""Why a model answers what it answers: attributions, models, partial dependence."""
