"""Why a model says what it says: Shapley values, partial dependence, and models in open files."""
